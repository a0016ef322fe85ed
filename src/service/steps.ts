/** Plain training steps by request, for clients that run their own training over HTTP. @module */

import { headsFrom } from "../correction/heads.ts";
import { type HeadsRecord, introducerOf } from "../store/manifest.ts";
import type { ModelStore } from "../store/store.ts";
import { featuresTensor, labelsByName } from "./change_log.ts";
import { guardRecord } from "./corrections.ts";
import {
  changedSteps,
  headShapes,
  headsOf,
  headTensors,
  introducedParameters,
  readHeads,
  restOf,
  withHeads,
} from "./heads.ts";
import { Learner, type Outcome } from "./learner.ts";
import type { ServingNetwork } from "./network.ts";
import { type FeatureRows, type Kept, trunkOf } from "./pool.ts";
import { type Refusal, refusedSteps } from "./refusals.ts";
import type { FinetuneRequest, Learned } from "./requests.ts";
import { type Standings, standingsOf } from "./standings.ts";
import type { Heads } from "./tuner.ts";
import type { Version } from "./versions.ts";

const DEFAULT_STEPS = 3;
const DEFAULT_LEARNING_RATE = 2e-4;

/**
 * Takes training steps on versions, one request at a time. They continue from both moments
 * of the optimizer, as the training itself would.
 */
export class Steps {
  /** For versions with the labels of this introducer. */
  #learner: { introducer: number; learner: Learner } | undefined;
  /** The heads of the version that this process committed last. */
  #last: { sha256: string; heads: Heads } | undefined;

  constructor(
    private readonly network: ServingNetwork,
    private readonly store: ModelStore,
    private readonly kept: Kept,
  ) {}

  /** Takes steps on a draft of a version's heads. */
  async learn(
    version: Version,
    examples: FeatureRows,
    request: FinetuneRequest,
  ): Promise<Learned> {
    const steps = request.steps ?? DEFAULT_STEPS;
    const learningRate = request.learningRate ?? DEFAULT_LEARNING_RATE;
    const { manifest, parameters } = version;
    const own = headsOf(this.network.model, manifest);
    const learner = await this.#learnerFor(version, own);
    const heads = await this.#headsOf(version, learner);
    const outcome = await learner.learn({
      heads,
      trunk: trunkOf(version),
      seed: manifest.version + 1,
    }, { examples, steps, learningRate, note: request.note });
    const { labels } = standingsOf(
      this.network.kernels,
      headsFrom(own, heads.parameters),
      headsFrom(own, outcome.heads.parameters),
      examples,
    );
    return {
      reason: outcome.reason,
      parameters: withHeads(
        parameters,
        outcome.heads.parameters,
        this.network.model.parameters,
      ),
      draft: {
        ...this.#draft(version, own, outcome, learner),
        step: manifest.step + steps,
        by: request.by,
        log: {
          scope: "heads",
          mode: "steps",
          steps,
          learningRate,
          labels: labelsByName(own.heads, examples),
          features: featuresTensor(examples),
        },
      },
      report: {
        ...reportOf(outcome, labels),
        refusal: this.#refusal(outcome, own, steps),
      },
      keep: (sha256) => {
        this.#last = { sha256, heads: outcome.heads };
      },
    };
  }

  /** The heads of a version, with their moments. */
  async #headsOf(version: Version, learner: Learner): Promise<Heads> {
    return this.#last?.sha256 === version.manifest.sha256
      ? this.#last.heads
      : await readHeads(this.store, version, this.#unlearned(learner));
  }

  /** The state of a version after its steps. */
  #draft(
    { manifest }: Version,
    own: HeadsRecord,
    { heads, loss, verdict }: Outcome,
    learner: Learner,
  ) {
    const shapes = headShapes(this.network.model, own);
    return {
      change: "finetune",
      steps: changedSteps(manifest.steps, heads, learner.baseHeads),
      tensors: [
        ...restOf(manifest.tensors),
        ...headTensors(heads, this.#unlearned(learner), shapes),
      ],
      loss,
      guard: guardRecord({ guard: verdict }),
      memory: manifest.memory,
      heads: manifest.heads,
    } as const;
  }

  /** What to do if the steps were refused; null if they were not. */
  #refusal(
    { reason, verdict }: Outcome,
    { heads }: HeadsRecord,
    steps: number,
  ): Refusal | null {
    return reason === null
      ? null
      : refusedSteps(steps, verdict, heads, this.kept);
  }

  /** The heads of which a version keeps nothing: the base model's, with moments that fit the labels. */
  #unlearned({ baseHeads: { moments } }: Learner): Heads {
    return { parameters: this.network.model.parameters, moments };
  }

  async #learnerFor(version: Version, own: HeadsRecord): Promise<Learner> {
    const { manifest } = version;
    const introducer = introducerOf(manifest);
    if (this.#learner?.introducer !== introducer) {
      const introduced = introducer > 0
        ? await introducedParameters(this.store, manifest)
        : undefined;
      const { network, kept } = this;
      const learner = await Learner.create(network, kept, own, introduced);
      this.#learner = { introducer, learner };
    }
    return this.#learner.learner;
  }
}

/** The answer to a request, but for its versions and what to do if it was refused. */
function reportOf(
  { loss, verdict, gradientNorm, updateRatio }: Outcome,
  labels: Standings["labels"],
): Omit<Learned["report"], "refusal"> {
  return {
    loss,
    guard: guardRecord({ guard: verdict }),
    examples: labels.map((each) => ({ used: true, reason: null, ...each })),
    gradientNorm,
    updateRatio,
  };
}
