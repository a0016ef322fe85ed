/** The state of corrections in the store: heads, second moments, memory. @module */

import type { Tuned } from "../correction/correct.ts";
import type { WhitenedTable } from "../correction/head_change.ts";
import { headsFrom } from "../correction/heads.ts";
import { EMPTY_MEMORY, type Memory } from "../correction/memory.ts";
import type { HeadSpec } from "../heads/kinds.ts";
import { sameBits } from "../model/bits.ts";
import { layerOf } from "../model/sizes.ts";
import type { DraftMemory, Tensor } from "../store/draft.ts";
import type { HeadsRecord, TensorRecord } from "../store/manifest.ts";
import type { ModelStore } from "../store/store.ts";
import { isCorrectionMoment } from "./heads.ts";
import type { Parameters, ServingNetwork } from "./network.ts";
import { round } from "./rounding.ts";
import type { Version } from "./versions.ts";
import { isHead } from "./weights.ts";

/** Reads the state of corrections, and drafts it. */
export class TunedStore {
  /** The last commit of this process, and the first moments that its corrector had. */
  #last:
    | {
      readonly sha256: string;
      readonly tuned: Tuned;
      readonly firstMoments: readonly WhitenedTable[];
    }
    | undefined;
  /** Blocks of memories that are stored already. */
  readonly #stored = new WeakMap<Float32Array, TensorRecord>();

  constructor(
    private readonly network: ServingNetwork,
    private readonly store: ModelStore,
  ) {}

  /** A version's heads, second moments and memory. */
  async read(
    { manifest, parameters }: Version,
    own: HeadsRecord,
    firstMoments: readonly WhitenedTable[],
  ): Promise<Tuned> {
    const last = this.#last;
    if (
      last?.sha256 === manifest.sha256 && last.firstMoments === firstMoments
    ) {
      return last.tuned;
    }
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
      heads: headsFrom(own, all),
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

  /** Keeps a committed state for the next request. */
  keep(
    sha256: string,
    tuned: Tuned,
    firstMoments: readonly WhitenedTable[],
  ): void {
    this.#last = { sha256, tuned, firstMoments };
  }

  /** Full blocks that are stored already are named, the others are written. */
  draftMemory({ blocks, order }: Memory): DraftMemory | undefined {
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
}

/** Second moments that have moved, rounded to 16 significant bits: what the next request starts from. */
export function roundMoments(
  { heads, memory, secondMoments }: Tuned,
  present: Tuned,
): Tuned {
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
export function restOfCorrection(
  tensors: readonly TensorRecord[],
): TensorRecord[] {
  return tensors.filter(({ name }) =>
    !isHead(name) && !isCorrectionMoment(name)
  );
}

/** The heads' parameters that a version has of its own, shaped as in a file. */
export function parameterTensors(
  parameters: Parameters,
  shapes: ReadonlyMap<string, readonly number[]>,
): Tensor[] {
  return [...shapes].flatMap(([name, shape]) => {
    const values = parameters.get(name);
    return values === undefined ? [] : [{ name, shape, values }];
  });
}

/** The second moments that are not those a first correction starts from. */
export function momentTensors(
  heads: readonly HeadSpec[],
  moments: readonly WhitenedTable[],
  firstMoments: readonly WhitenedTable[],
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
