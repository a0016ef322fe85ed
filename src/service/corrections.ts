/** Corrections by request: the policy of src/correction on versions of the store. @module */

import {
  type Correction,
  Corrector,
  DEFAULTS,
  type Tuned,
} from "../correction/correct.ts";
import type { WhitenedTable } from "../correction/head_change.ts";
import { EMPTY_MEMORY, type Memory } from "../correction/memory.ts";
import { UNKNOWN } from "../heads/head.ts";
import type { HeadSpec } from "../heads/kinds.ts";
import { sameBits } from "../model/same_bits.ts";
import { featureCount, layerOf } from "../model/sizes.ts";
import type { StoredExamples } from "../model/state.ts";
import type { DraftMemory, Tensor } from "../store/draft.ts";
import type {
  GuardRecord,
  HeadsRecord,
  Manifest,
  TensorRecord,
} from "../store/manifest.ts";
import type { ModelStore } from "../store/store.ts";
import { featuresTensor, labelsByName } from "./change_log.ts";
import {
  correctionExamples,
  correctionHeads,
  parametersOfHeads,
} from "./correction_heads.ts";
import {
  headsOf,
  isCorrectionMoment,
  labelledTrunk,
  parametersThatBrought,
  trunkName,
} from "./heads.ts";
import type { Parameters, ServingNetwork } from "./network.ts";
import { FeaturePool, type FeatureRows } from "./pool.ts";
import type { FinetuneRequest, Learned } from "./requests.ts";
import { round } from "./rounding.ts";
import { standingsOf, updateRatio } from "./standings.ts";
import type { Version } from "./versions.ts";
import { isHead, type TuningMaterial, type Weights } from "./weights.ts";

/** Seeds of attempts on one version lie this far apart. */
const ATTEMPT = 1_000_003;

/** What makes a corrector: heads and a trunk that it judges drafts against. */
interface Judged {
  /** Names the trunk and the labels. */
  readonly name: string;
  readonly corrector: Corrector;
  readonly firstMoments: readonly WhitenedTable[];
}

/** Corrects versions, one request at a time. */
export class Corrections {
  #judged: Judged | undefined;
  /** What this process committed last. */
  #last: { sha256: string; tuned: Tuned } | undefined;
  /** Blocks of memories that are stored already. */
  readonly #stored = new WeakMap<Float32Array, TensorRecord>();
  /** Attempts on the version that is corrected, so that another try draws anew. */
  #attempts = { version: 0, count: 0 };

  private constructor(
    private readonly network: ServingNetwork,
    private readonly material: TuningMaterial,
    private readonly store: ModelStore,
  ) {}

  /** Reads the replay memory and the guard set. */
  static async create(
    network: ServingNetwork,
    weights: Weights,
    store: ModelStore,
  ): Promise<Corrections> {
    return new Corrections(network, await weights.material(), store);
  }

  /** Corrects a version's heads on a draft. */
  async learn(
    version: Version,
    examples: FeatureRows,
    request: FinetuneRequest,
  ): Promise<Learned> {
    const own = headsOf(this.network.model, version.manifest);
    const judged = await this.#judgedBy(version, own);
    const present = await this.#tunedOf(version, own, judged);
    const options = {
      margin: request.margin ?? DEFAULTS.margin,
      trusted: request.trusted ?? false,
      steps: request.steps ?? DEFAULTS.steps,
      learningRate: request.learningRate ?? DEFAULTS.learningRate,
      seed: this.#seedFor(version.manifest),
    };
    const correction = judged.corrector.correct(
      present,
      correctionExamples(own.heads, examples),
      options,
    );
    const before = parametersOfHeads(present.heads);
    const after = parametersOfHeads(correction.draft);
    const standings = standingsOf(
      this.network.kernels,
      own,
      before,
      after,
      examples,
    );
    const tuned = roundMoments(correction, present);
    const parameters = new Map([
      ...version.parameters,
      ...this.#changed(after),
    ]);
    return {
      refusal: correction.reason,
      parameters,
      draft: {
        change: "finetune",
        step: version.manifest.step + options.steps,
        steps: version.manifest.steps,
        tensors: [
          ...restOf(version.manifest.tensors),
          ...headTensors(parameters),
          ...momentTensors(own.heads, tuned.secondMoments, judged),
        ],
        loss: standings.loss,
        guard: guardRecord(correction),
        memory: this.#draftMemory(tuned.memory),
        heads: version.manifest.heads,
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
        loss: standings.loss,
        guard: guardRecord(correction),
        examples: correction.examples.map(({ used, reason }, n) => ({
          used,
          reason,
          ...standings.labels[n]!,
        })),
        gradientNorm: standings.gradientNorm,
        updateRatio: updateRatio(
          before,
          after,
          options.steps,
          options.learningRate,
        ),
      },
      keep: (sha256) => {
        this.#last = { sha256, tuned };
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

  /**
   * The corrector that judges drafts of a version: against the base model's heads
   * or, where the version's trunk or labels are others, against those of the
   * version that brought them.
   */
  async #judgedBy(version: Version, own: HeadsRecord): Promise<Judged> {
    const { manifest } = version;
    const trunk = trunkName(manifest.tensors);
    const name = labelledTrunk(manifest);
    if (this.#judged?.name === name) return this.#judged;
    const { model } = this.network;
    const isBase = trunk === "" && manifest.heads === undefined;
    const base: Parameters = isBase
      ? new Map()
      : await parametersThatBrought(this.store, manifest);
    const all = new Map([...model.parameters, ...base]);
    const { replay, guard } = this.material;
    const stored = async (
      examples: StoredExamples | undefined,
      none: () => FeatureRows,
    ) =>
      correctionExamples(
        own.heads,
        examples === undefined || examples.length === 0
          ? none()
          : await new FeaturePool(this.network, examples)
            .all(version.parameters, trunk),
      );
    const corrector = await Corrector.create({
      base: correctionHeads(own, all),
      features: featureCount(model.sizes),
      replay: await stored(replay, () => plainRows(this.network)),
      guard: await stored(guard, () => rowsOf(this.network, 0)),
    });
    const firstMoments = corrector.firstSecondMoments();
    return this.#judged = { name, corrector, firstMoments };
  }

  /** A version's heads with what corrections keep beside them. */
  async #tunedOf(
    version: Version,
    own: HeadsRecord,
    { firstMoments }: Judged,
  ): Promise<Tuned> {
    const { manifest, parameters } = version;
    if (this.#last?.sha256 === manifest.sha256) return this.#last.tuned;
    const records = manifest.tensors.filter(({ name }) =>
      isCorrectionMoment(name)
    );
    const { blocks = [], order = [] } = manifest.memory ?? {};
    const stored = await this.store.read([...records, ...blocks]);
    const all = new Map([...this.network.model.parameters, ...parameters]);
    blocks.forEach((record) =>
      this.#stored.set(stored.get(record.name)!, record)
    );
    return {
      heads: correctionHeads(own, all),
      secondMoments: own.heads.map((head, h): WhitenedTable => ({
        weight: stored.get(momentName(head, "weight")) ??
          firstMoments[h]!.weight,
        bias: stored.get(momentName(head, "bias")) ?? firstMoments[h]!.bias,
      })),
      memory: blocks.length === 0 ? EMPTY_MEMORY : {
        blocks: blocks.map(({ name }) => stored.get(name)!),
        order: Int32Array.from(order),
      },
    };
  }

  /** Full blocks that are stored already are named, the others are written. */
  #draftMemory({ blocks, order }: Memory): DraftMemory | undefined {
    if (blocks.length === 0) return undefined;
    const { featureStride, model: { sizes } } = this.network;
    const width = featureStride + sizes.heads.length;
    return {
      order: [...order],
      blocks: blocks.map((block, i) => {
        const name = `memory.${i}`;
        const known = this.#stored.get(block);
        if (known !== undefined) return { ...known, name };
        const shape = [block.length / width, width];
        return { name, shape, values: block };
      }),
    };
  }

  /** Parameters that are not the base model's. */
  #changed(parameters: Parameters): [string, Float32Array][] {
    const { parameters: base } = this.network.model;
    return [...parameters].filter(([name, values]) =>
      !sameBits(values, base.get(name))
    );
  }
}

/** Second moments that have moved, rounded to 16 significant bits: what the next request starts from. */
function roundMoments(correction: Correction, present: Tuned): Tuned {
  const { heads, memory, secondMoments } = correction;
  return {
    heads,
    memory,
    secondMoments: secondMoments.map((moment, h) => {
      if (moment === present.secondMoments[h]) return moment;
      const rounded = {
        weight: moment.weight.slice(),
        bias: moment.bias.slice(),
      };
      round(rounded.weight);
      round(rounded.bias);
      return rounded;
    }),
  };
}

/** The tensors of a version that a correction leaves as they are. */
function restOf(tensors: readonly TensorRecord[]): TensorRecord[] {
  return tensors.filter(({ name }) =>
    !isHead(name) && !isCorrectionMoment(name)
  );
}

function headTensors(parameters: Parameters): Tensor[] {
  const heads = [...parameters].filter(([name]) => isHead(name));
  return heads.map(([name, values]) => {
    if (!name.endsWith(".weight")) {
      return { name, shape: [values.length], values };
    }
    const bias = parameters.get(name.replace(/weight$/, "bias"));
    const outputs = bias?.length ?? 1;
    return { name, shape: [outputs, values.length / outputs], values };
  });
}

function momentTensors(
  heads: readonly HeadSpec[],
  moments: readonly WhitenedTable[],
  { firstMoments }: Judged,
): Tensor[] {
  return heads.flatMap((head, h) => {
    const { weight, bias } = moments[h]!;
    if (sameBits(weight, firstMoments[h]!.weight)) return [];
    const shape = [bias.length, weight.length / bias.length];
    return [
      { name: momentName(head, "weight"), shape, values: weight },
      { name: momentName(head, "bias"), shape: [bias.length], values: bias },
    ];
  });
}

function momentName(head: HeadSpec, part: "weight" | "bias"): string {
  return `correction.${layerOf(head)}.${part}.exp_avg_sq`;
}

function guardRecord({ guard }: Correction): GuardRecord | null {
  const size = Math.max(0, ...(guard?.heads ?? []).map(({ size }) => size));
  if (guard === null || size === 0) return null;
  const heads = guard.heads.map(({ name, base, before, after }) => [name, {
    before: before.accuracy,
    after: after.accuracy,
    base: base.accuracy,
  }]);
  return { size, ...Object.fromEntries(heads) };
}

/** Rows of zeros without a label. */
function rowsOf(
  { featureStride, model: { sizes } }: ServingNetwork,
  length: number,
): FeatureRows {
  return {
    length,
    features: new Float32Array(length * featureStride),
    labels: sizes.heads.map(() => Array(length).fill(UNKNOWN)),
  };
}

/**
 * Rows that vary by as much in every direction, ±√H·eᵢ, for a weights file without
 * a replay memory: corrections then have the plain metric.
 */
function plainRows(network: ServingNetwork): FeatureRows {
  const count = featureCount(network.model.sizes);
  const rows = rowsOf(network, 2 * count);
  for (let i = 0; i < count; i++) {
    const first = 2 * i * network.featureStride + i;
    rows.features[first] = Math.sqrt(count);
    rows.features[first + network.featureStride] = -Math.sqrt(count);
  }
  return rows;
}
