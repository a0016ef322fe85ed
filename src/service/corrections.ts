/** Corrections by request: the policy of src/correction on versions of the store. @module */

import {
  type Correction,
  DEFAULTS,
  type Timer,
} from "../correction/correct.ts";
import { examplesFrom, parametersOf } from "../correction/heads.ts";
import { sameBits } from "../model/bits.ts";
import type { GuardRecord, Manifest } from "../store/manifest.ts";
import type { ModelStore } from "../store/store.ts";
import { featuresTensor, labelsByName } from "./change_log.ts";
import { headShapes, headsOf } from "./heads.ts";
import { Judges } from "./judges.ts";
import type { Parameters, ServingNetwork } from "./network.ts";
import { timed } from "./phases.ts";
import type { FeatureRows } from "./pool.ts";
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
import type { TuningMaterial, Weights } from "./weights.ts";

/** Seeds of attempts on one version lie this far apart. */
const ATTEMPT = 1_000_003;

/** Corrects versions, one request at a time. */
export class Corrections {
  /** Attempts on the version that is corrected, so that another try draws anew. */
  #attempts = { version: 0, count: 0 };

  private constructor(
    private readonly network: ServingNetwork,
    readonly judges: Judges,
    readonly tuned: TunedStore,
    private readonly material: TuningMaterial,
  ) {}

  /** Reads the replay memory and the guard set. */
  static async create(
    network: ServingNetwork,
    weights: Weights,
    store: ModelStore,
  ): Promise<Corrections> {
    const material = await weights.material();
    const judges = new Judges(network, material, store);
    const tuned = new TunedStore(network, store);
    return new Corrections(network, judges, tuned, material);
  }

  /** Corrects a version's heads on a draft. */
  async learn(
    version: Version,
    examples: FeatureRows,
    request: FinetuneRequest,
  ): Promise<Learned> {
    const { manifest } = version;
    const own = headsOf(this.network.model, manifest);
    const { corrector, firstMoments } = await this.judges.of(version, own);
    const present = await this.tuned.read(version, own, firstMoments);
    const options = {
      margin: request.margin ?? DEFAULTS.margin,
      trusted: request.trusted ?? false,
      steps: request.steps ?? DEFAULTS.steps,
      learningRate: request.learningRate ?? DEFAULTS.learningRate,
      seed: this.#seedFor(manifest),
    };
    const time: Timer = (name, work) => timed(request.note, name, work);
    const correction = corrector.correct(
      present,
      examplesFrom(own.heads, examples),
      { ...options, time },
    );
    const tuned = roundMoments(correction, present);
    const before = parametersOf(present.heads);
    const after = parametersOf(correction.draft);
    const parameters = new Map([
      ...version.parameters,
      ...changedParameters(after, this.network.model.parameters),
    ]);
    const { kernels } = this.network;
    const standings = standingsOf(
      kernels,
      present.heads,
      correction.draft,
      examples,
    );
    const { steps, learningRate } = options;
    const { loss, gradientNorm } = standings;
    const guard = guardRecord(correction);
    return {
      refusal: correction.reason,
      parameters,
      draft: {
        change: "finetune",
        step: manifest.step + steps,
        steps: manifest.steps,
        tensors: [
          ...restOfCorrection(manifest.tensors),
          ...parameterTensors(
            parameters,
            headShapes(this.network.model, own),
          ),
          ...momentTensors(own.heads, tuned.secondMoments, firstMoments),
        ],
        loss,
        guard,
        memory: this.tuned.draftMemory(tuned.memory),
        heads: manifest.heads,
        by: request.by,
        log: {
          scope: "heads",
          mode: "correct",
          ...options,
          labels: labelsByName(own.heads, examples),
          features: featuresTensor(examples),
        },
      },
      report: {
        loss,
        guard,
        examples: correction.examples.map(({ used, reason }, n) => ({
          used,
          reason,
          ...standings.labels[n]!,
        })),
        refusal: correction.accepted
          ? null
          : refusedCorrection(correction, options, own.heads, this.material),
        gradientNorm,
        updateRatio: updateRatio(before, after, steps, learningRate),
      },
      keep: (sha256) => {
        this.tuned.keep(sha256, tuned);
        this.#attempts = { version: 0, count: 0 };
      },
    };
  }

  /** Each attempt on a version has a seed of its own, noted in its log. */
  #seedFor({ version }: Manifest): number {
    const count = this.#attempts.version === version
      ? this.#attempts.count + 1
      : 0;
    this.#attempts = { version, count };
    return version + 1 + count * ATTEMPT;
  }
}

/** Parameters that are not the base model's. */
export function changedParameters(
  parameters: Parameters,
  base: Parameters,
): [string, Float32Array][] {
  return [...parameters].filter(([name, values]) =>
    !sameBits(values, base.get(name))
  );
}

/** What the guard saw, by the head's name; null where nothing could be judged. */
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
