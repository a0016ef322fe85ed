/** Corrections by request: the policy of src/correction on versions of the store. @module */

import {
  type Correction,
  DEFAULTS,
  type Timer,
  type Tuned,
} from "../correction/correct.ts";
import type { WhitenedTable } from "../correction/head_change.ts";
import { examplesFrom, parametersOf } from "../correction/heads.ts";
import type { GuardRecord, HeadsRecord, Manifest } from "../store/manifest.ts";
import type { ModelStore } from "../store/store.ts";
import { featuresTensor, labelsByName } from "./change_log.ts";
import { headShapes, headsOf, withHeads } from "./heads.ts";
import { Correctors } from "./correctors.ts";
import type { Parameters, ServingNetwork } from "./network.ts";
import { timed } from "./phases.ts";
import type { FeatureRows, Kept } from "./pool.ts";
import { refusedCorrection } from "./refusals.ts";
import type { FinetuneRequest, Learned } from "./requests.ts";
import { standingsOf, updateRatio } from "./standings.ts";
import {
  momentTensors,
  parameterTensors,
  restOfCorrection,
  roundMoments,
  TunedStore,
} from "./tuned.ts";
import type { Version } from "./versions.ts";

/** The distance between the seeds of attempts on one version. */
const ATTEMPT = 1_000_003;

/** Corrects versions, one request at a time. */
export class Corrections {
  /** The version that was corrected last, and the number of attempts on it so far. */
  #attempted = { version: 0, attempts: 0 };

  readonly correctors: Correctors;
  readonly tuned: TunedStore;

  constructor(
    private readonly network: ServingNetwork,
    store: ModelStore,
    private readonly kept: Kept,
  ) {
    this.correctors = new Correctors(network, store, kept);
    this.tuned = new TunedStore(network, store);
  }

  /** Corrects a version's heads on a draft. */
  async learn(
    version: Version,
    examples: FeatureRows,
    request: FinetuneRequest,
  ): Promise<Learned> {
    const own = headsOf(this.network.model, version.manifest);
    const { corrector, firstMoments } = await this.correctors.of(version, own);
    const present = await this.tuned.read(version, own, firstMoments);
    const options = optionsOf(request, this.#seedFor(version.manifest));
    const time: Timer = (name, work) => timed(request.note, name, work);
    const correction = corrector.correct(
      present,
      examplesFrom(own.heads, examples),
      { ...options, time },
    );
    const tuned = roundMoments(correction, present);
    const parameters = withHeads(
      version.parameters,
      parametersOf(correction.draft),
      this.network.model.parameters,
    );
    const report = this.#report(present, correction, examples, options, own);
    return {
      reason: correction.reason,
      parameters,
      draft: {
        ...this.#draft(version, own, parameters, tuned, firstMoments),
        step: version.manifest.step + options.steps,
        loss: report.loss,
        guard: report.guard,
        by: request.by,
        log: {
          scope: "heads",
          mode: "correct",
          ...options,
          labels: labelsByName(own.heads, examples),
          features: featuresTensor(examples),
        },
      },
      report,
      keep: (sha256) => this.tuned.keep(sha256, tuned, firstMoments),
    };
  }

  /** The state of a version with corrected heads. */
  #draft(
    { manifest }: Version,
    own: HeadsRecord,
    parameters: Parameters,
    { secondMoments, memory }: Tuned,
    firstMoments: readonly WhitenedTable[],
  ) {
    return {
      change: "finetune",
      steps: manifest.steps,
      tensors: [
        ...restOfCorrection(manifest.tensors),
        ...parameterTensors(parameters, headShapes(this.network.model, own)),
        ...momentTensors(own.heads, secondMoments, firstMoments),
      ],
      memory: this.tuned.draftMemory(memory),
      heads: manifest.heads,
    } as const;
  }

  /** The answer to a request, but for its versions. */
  #report(
    present: Tuned,
    correction: Correction,
    examples: FeatureRows,
    options: Options,
    own: HeadsRecord,
  ): Learned["report"] {
    const { labels, loss, gradientNorm } = standingsOf(
      this.network.kernels,
      present.heads,
      correction.draft,
      examples,
    );
    return {
      loss,
      guard: guardRecord(correction),
      examples: correction.dropped.map((reason, n) => ({
        used: reason === null,
        reason,
        ...labels[n]!,
      })),
      refusal: correction.accepted
        ? null
        : refusedCorrection(correction, options, own.heads, this.kept),
      gradientNorm,
      updateRatio: updateRatio(
        parametersOf(present.heads),
        parametersOf(correction.draft),
        options.steps,
        options.learningRate,
      ),
    };
  }

  /**
   * The seed of an attempt on a version, noted in its log, so that each has draws of its
   * own. Attempts on version 0 are numbered from 1, on others from 0: to number them alike
   * would change the bytes that the first correction of a model leads to.
   */
  #seedFor({ version }: Manifest): number {
    const { version: last, attempts } = this.#attempted;
    const before = last === version ? attempts : 0;
    this.#attempted = { version, attempts: before + 1 };
    const number = version === 0 ? before + 1 : before;
    return version + 1 + number * ATTEMPT;
  }
}

type Options = ReturnType<typeof optionsOf>;

/** The options of a correction, in the order in which its log keeps them. */
function optionsOf(
  { margin, trusted, steps, learningRate }: FinetuneRequest,
  seed: number,
) {
  return {
    margin: margin ?? DEFAULTS.margin,
    trusted: trusted ?? false,
    steps: steps ?? DEFAULTS.steps,
    learningRate: learningRate ?? DEFAULTS.learningRate,
    seed,
  };
}

/** The guard's record by the head's name; null if it has no labelled images. */
export function guardRecord(
  { guard }: Pick<Correction, "guard">,
): GuardRecord | null {
  const size = Math.max(0, ...(guard?.heads ?? []).map(({ size }) => size));
  if (guard === null || size === 0) return null;
  const heads = guard.heads.map(({ name, basis, base, before, after }) => [
    name,
    {
      before: before.accuracy,
      after: after.accuracy,
      base: base.accuracy,
      basis,
    },
  ]);
  return { size, ...Object.fromEntries(heads) };
}
