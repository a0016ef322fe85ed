/** Labelled examples as the trunk sees them, computed once and kept. @module */

import { UNKNOWN } from "../heads/head.ts";
import { groupsOf } from "../model/examples.ts";
import type { StoredExamples } from "../model/state.ts";
import type { HeadSpec } from "../heads/kinds.ts";
import { featureCount } from "../model/sizes.ts";
import type { Random } from "../nn/prng.ts";
import type { Parameters, ServingNetwork } from "./network.ts";
import { turn } from "../waiting.ts";

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

/**
 * The trunk's outputs for stored examples: each computed when it is first asked
 * for, all of them again when the trunk has changed.
 */
export class FeaturePool {
  readonly #features: Float32Array;
  readonly #known: Uint8Array;
  readonly #groups: readonly (readonly number[])[];
  #trunk: string | undefined;

  constructor(
    private readonly network: ServingNetwork,
    private readonly examples: StoredExamples,
  ) {
    this.#features = new Float32Array(this.length * network.featureStride);
    this.#known = new Uint8Array(this.length);
    this.#groups = rowsByGroup(network.model.sizes.heads, examples);
  }

  /** The number of examples. */
  get length(): number {
    return this.examples.length;
  }

  /** The features of some rows, for the trunk of these parameters, which `trunk` names. */
  rows(
    parameters: Parameters,
    trunk: string,
    rows: readonly number[],
  ): FeatureRows {
    if (this.#trunk !== trunk) this.#known.fill(0);
    this.#trunk = trunk;
    this.#compute(parameters, rows.filter((row) => this.#known[row] === 0));
    const stride = this.network.featureStride;
    const features = new Float32Array(rows.length * stride);
    rows.forEach((row, i) =>
      features.set(
        this.#features.subarray(row * stride, (row + 1) * stride),
        i * stride,
      )
    );
    const labels = this.examples.labels.map((head) =>
      rows.map((row) => head[row]!)
    );
    return { features, labels, length: rows.length };
  }

  /** The features of all rows; lets other work run in between. */
  async all(parameters: Parameters, trunk: string): Promise<FeatureRows> {
    const rows = Array.from({ length: this.length }, (_, row) => row);
    for (let i = 0; !this.#isComplete(trunk); i += TURN) {
      this.rows(parameters, trunk, rows.slice(i, i + TURN));
      await turn();
    }
    return this.rows(parameters, trunk, rows);
  }

  /** Whether every row's features are known for the trunk of that name. */
  #isComplete(trunk: string): boolean {
    return this.#trunk === trunk && !this.#known.includes(0);
  }

  /** Draws rows so that every group is equally likely, however many examples it has. */
  draw(count: number, random: Random): number[] {
    return Array.from({ length: count }, () => {
      const rows = this.#groups[random.below(this.#groups.length)]!;
      return rows[random.below(rows.length)]!;
    });
  }

  #compute(parameters: Parameters, rows: readonly number[]): void {
    const { inputs } = this.network.model.sizes;
    const stride = this.network.featureStride;
    const descriptors = rows.map((row) =>
      this.examples.descriptors.subarray(row * inputs, (row + 1) * inputs)
    );
    const features = this.network.features(parameters, descriptors);
    rows.forEach((row, i) => {
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
  const rows = new Map<string, number[]>();
  groupsOf({ heads, length, labelOf }).forEach((group, row) => {
    const found = rows.get(group);
    if (found === undefined) rows.set(group, [row]);
    else found.push(row);
  });
  return [...rows.values()];
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
