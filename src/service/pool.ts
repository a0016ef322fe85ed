/** The examples of the weights file as the trunk sees them, computed once and kept. @module */

import { UNKNOWN } from "../heads/head.ts";
import { groupsOf } from "../model/examples.ts";
import type { Moment, StoredExamples } from "../model/state.ts";
import type { HeadSpec } from "../heads/kinds.ts";
import { featureCount } from "../model/sizes.ts";
import type { Random } from "../nn/prng.ts";
import { trunkName } from "../store/manifest.ts";
import type { Parameters, ServingNetwork } from "./network.ts";
import type { Version } from "./versions.ts";
import { turn } from "../waiting.ts";
import type { Weights } from "./weights.ts";

/** Rows whose features are computed in one turn of the event loop. */
const TURN = 32;

/** Labelled trunk outputs. */
export interface FeatureRows {
  /** [N, stride], in the heads' own padding. */
  readonly features: Float32Array;
  /** [N] for each head, `UNKNOWN` where there is none. */
  readonly labels: readonly ArrayLike<number>[];
  /** Number N of rows. */
  readonly length: number;
}

/** The trunk of a version, which turns descriptors into features. */
export interface Trunk {
  /** Every parameter of the version that is not the base model's. */
  readonly parameters: Parameters;
  /** Names the trunk: equal names, equal features. */
  readonly name: string;
}

/** The trunk of a version. */
export function trunkOf({ manifest, parameters }: Version): Trunk {
  return { parameters, name: trunkName(manifest.tensors) };
}

/** The parts of a weights file that only fine-tuning needs, its examples as features. */
export interface Kept {
  /** Moments of the heads. */
  readonly moments: ReadonlyMap<string, Moment>;
  /** Labelled examples mixed into every step, against forgetting. */
  readonly replay: FeaturePool | undefined;
  /** Labelled examples that decide whether a draft may be published. */
  readonly guard: FeaturePool | undefined;
}

/** Reads what a weights file keeps for fine-tuning. */
export async function readKept(
  network: ServingNetwork,
  weights: Weights,
): Promise<Kept> {
  const { moments, replay, guard } = await weights.material();
  return {
    moments,
    replay: replay && new FeaturePool(network, replay),
    guard: guard && new FeaturePool(network, guard),
  };
}

/**
 * The trunk's outputs for stored examples: each computed when it is first asked
 * for, all of them again when the trunk has changed. One trunk at a time.
 */
export class FeaturePool {
  #features = new Float32Array();
  #known = new Uint8Array();
  readonly #groups: readonly (readonly number[])[];
  #trunk: string | undefined;

  constructor(
    private readonly network: ServingNetwork,
    private readonly examples: StoredExamples,
  ) {
    this.#groups = rowsByGroup(network.model.sizes.heads, examples);
  }

  /** The number of examples. */
  get length(): number {
    return this.examples.length;
  }

  /** The labels [N] of all rows for each head. */
  get labels(): readonly Float64Array[] {
    return this.examples.labels;
  }

  /** The features of some rows, copied. */
  rows(trunk: Trunk, rows: readonly number[]): FeatureRows {
    this.#compute(trunk, rows);
    const stride = this.network.featureStride;
    const features = new Float32Array(rows.length * stride);
    rows.forEach((row, i) =>
      features.set(
        this.#features.subarray(row * stride, (row + 1) * stride),
        i * stride,
      )
    );
    const labels = this.labels.map((head) => rows.map((row) => head[row]!));
    return { features, labels, length: rows.length };
  }

  /** The features of all rows, without copying; lets other work run in between. */
  async all(trunk: Trunk): Promise<FeatureRows> {
    const rows = Array.from({ length: this.length }, (_, row) => row);
    for (let i = 0; !this.#isComplete(trunk); i += TURN) {
      this.#compute(trunk, rows.slice(i, i + TURN));
      await turn();
    }
    return {
      features: this.#features,
      labels: this.labels,
      length: this.length,
    };
  }

  /** Whether the features of every row are known. */
  #isComplete({ name }: Trunk): boolean {
    return this.#trunk === name && !this.#known.includes(0);
  }

  /** Draws rows so that every group is equally likely, however many examples it has. */
  draw(count: number, random: Random): number[] {
    return Array.from({ length: count }, () => {
      const rows = this.#groups[random.below(this.#groups.length)]!;
      return rows[random.below(rows.length)]!;
    });
  }

  /** Computes the features of those rows that are not known yet. */
  #compute({ parameters, name }: Trunk, rows: readonly number[]): void {
    const { inputs } = this.network.model.sizes;
    const stride = this.network.featureStride;
    if (this.#trunk !== name) {
      // What was given out of another trunk stays as it is.
      this.#features = new Float32Array(this.length * stride);
      this.#known = new Uint8Array(this.length);
      this.#trunk = name;
    }
    const unknown = rows.filter((row) => this.#known[row] === 0);
    const descriptors = unknown.map((row) =>
      this.examples.descriptors.subarray(row * inputs, (row + 1) * inputs)
    );
    const features = this.network.features(parameters, descriptors);
    unknown.forEach((row, i) => {
      this.#features.set(
        features.subarray(i * stride, (i + 1) * stride),
        row * stride,
      );
      this.#known[row] = 1;
    });
  }
}

function rowsByGroup(
  heads: readonly HeadSpec[],
  { length, labels }: StoredExamples,
): number[][] {
  const labelOf = (row: number, head: number) => labels[head]![row]!;
  const groups = groupsOf({ heads, length, labelOf });
  return [...Map.groupBy(groups.keys(), (row) => groups[row]!).values()];
}

/** Rows of zeros without a label. */
export function emptyRows(
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
 * Rows that vary equally in every direction, ±√H·eᵢ, for a weights file without a replay
 * memory: the metric of corrections is then the Euclidean one.
 */
export function plainRows(network: ServingNetwork): FeatureRows {
  const count = featureCount(network.model.sizes);
  const rows = emptyRows(network, 2 * count);
  for (let i = 0; i < count; i++) {
    const first = 2 * i * network.featureStride + i;
    rows.features[first] = Math.sqrt(count);
    rows.features[first + network.featureStride] = -Math.sqrt(count);
  }
  return rows;
}
