/**
 * The metric of a trunk's features: distances relative to the covariance of the
 * features of many images (Mahalanobis).
 *
 *   μ = mean of x,  C = (1/n) Σ (x − μ)(x − μ)ᵀ,  M = C + λ·s·I,  s = tr C / H
 *
 * Features after a ReLU share a large common direction. A step that is measured by M
 * instead of I hardly moves along it, and so leaves all other images alone.
 *
 * Source: Cesa-Bianchi, Conconi, Gentile 2005, "A second-order perceptron
 * algorithm" (doi:10.1137/S0097539703432542), for the inverse correlation matrix;
 * Nguyen, Chang, Hui 2011, "Distribution-aware online classifiers" (IJCAI), for
 * passive-aggressive steps in this metric.
 *
 * @module
 */

import { createArena } from "../kernels/arena.ts";
import type { Kernels } from "../kernels/mod.ts";
import { PANEL, panelCount } from "../kernels/panels.ts";
import { turn } from "../waiting.ts";

/** Columns of a panel of doubles, as assembly/symmetric.ts has them. */
const COLUMNS = 4;
/** Rows that are solved in one call. */
const CHUNK = 64;

/** Options of measuring a metric. */
export interface MetricOptions {
  /** Number H of features; the rows' stride is the next multiple of 8. */
  readonly features: number;
  /** λ > 0, default 0.1. */
  readonly ridge?: number;
  /**
   * The group of each row: then C is the covariance within groups, about the mean
   * of each. Without it, about the mean of all rows.
   */
  readonly groups?: ArrayLike<number>;
}

/** The smallest change of a row of weights that raises its output on x by q. */
export interface Direction {
  /** u = M⁻¹(x − μ) [stride]. */
  readonly weight: Float64Array;
  /** 1 − μ·u. */
  readonly bias: number;
  /** q = 1 + (x − μ)·u ≥ 1. */
  readonly gain: number;
}

/** A metric, in an arena of its own. */
export class Metric {
  private constructor(
    private readonly kernels: Kernels,
    /** L below the diagonal, Lᵀ above it, of M = L·Lᵀ. */
    private readonly factor: Float64Array,
    private readonly scratch: Float64Array,
    /** μ [stride]. */
    readonly mean: Float64Array,
    /** s = tr C / H. */
    readonly scale: number,
    /** H. */
    readonly features: number,
  ) {}

  /**
   * Measures the metric of rows [n, stride]; lets other work run in between.
   *
   * @throws {RangeError} If there are no rows, they do not vary, or λ is not > 0.
   */
  static async create(
    rows: Float32Array,
    { features, ridge = 0.1, groups }: MetricOptions,
  ): Promise<Metric> {
    const stride = panelCount(features) * PANEL;
    const count = rows.length / stride;
    if (!(count >= 1 && ridge > 0)) {
      throw new RangeError(
        `Cannot measure features: expected rows and a ridge > 0, got ${count} rows and ${ridge}`,
      );
    }
    const { kernels, matrix } = await covarianceOf(rows, stride, groups);
    const scale = trace(matrix, stride) / features;
    for (let i = 0; i < stride; i++) {
      matrix[panelIndex(i, i, stride)]! += ridge * scale;
    }
    if (kernels.cholesky(matrix.byteOffset, stride) === 0) {
      throw new RangeError(
        "Cannot measure features: expected rows that vary, got equal rows",
      );
    }
    await turn();
    const kept = await createArena((allocate) => ({
      factor: allocate.doubles(stride * stride),
      scratch: allocate.doubles(CHUNK * stride),
    }));
    writeSymmetric(kept.views.factor, matrix, stride);
    return new Metric(
      kept.kernels,
      kept.views.factor,
      kept.views.scratch,
      meanOf(rows, stride),
      scale,
      features,
    );
  }

  /** The length of a row of features: H, rounded up to a multiple of 8. */
  get stride(): number {
    return this.mean.length;
  }

  /** The direction M⁻¹(x − μ) for every row of x [n, stride]. */
  directions(x: Float32Array): Direction[] {
    return this.solve(x).directions;
  }

  /** The {@linkcode directions} of rows [n, stride], and the rows whitened as by {@linkcode whiten}, which is half of the same work. */
  solve(
    x: Float32Array,
  ): { readonly directions: Direction[]; readonly whitened: Float32Array } {
    const { kernels, factor, scratch, stride } = this;
    const directions: Direction[] = [];
    const whitened = new Float32Array(x.length);
    for (let at = 0; at < x.length; at += CHUNK * stride) {
      const rows = x.subarray(at, at + CHUNK * stride);
      const count = this.#centre(rows);
      const [f, b] = [factor.byteOffset, scratch.byteOffset];
      kernels.solveLower(f, stride, b, count);
      whitened.set(scratch.subarray(0, rows.length), at);
      kernels.solveUpper(f, stride, b, count);
      for (let row = 0; row < rows.length; row += stride) {
        directions.push(this.#directionOf(
          rows.subarray(row, row + stride),
          scratch.slice(row, row + stride),
        ));
      }
    }
    return { directions, whitened };
  }

  /** x̃ = L⁻¹(x − μ) for every row of x [n, stride]: features with unit variance in every direction. */
  whiten(x: Float32Array): Float32Array {
    const { kernels, factor, scratch, stride } = this;
    const out = new Float32Array(x.length);
    for (let at = 0; at < x.length; at += CHUNK * stride) {
      const rows = x.subarray(at, at + CHUNK * stride);
      const count = this.#centre(rows);
      kernels.solveLower(
        factor.byteOffset,
        stride,
        scratch.byteOffset,
        count,
      );
      out.set(scratch.subarray(0, rows.length), at);
    }
    return out;
  }

  /** w = L⁻ᵀw̃ for every row of w̃ [k, stride]: what acts on x as w̃ acts on x̃, but for w·μ. */
  unwhiten(weights: Float32Array): Float64Array {
    const { kernels, factor, scratch, stride } = this;
    const out = new Float64Array(weights.length);
    for (let at = 0; at < weights.length; at += CHUNK * stride) {
      const rows = weights.subarray(at, at + CHUNK * stride);
      const count = this.#room(rows.length / stride);
      scratch.set(rows);
      kernels.solveUpper(
        factor.byteOffset,
        stride,
        scratch.byteOffset,
        count,
      );
      out.set(scratch.subarray(0, rows.length), at);
    }
    return out;
  }

  /** Writes x − μ of rows into the scratch; returns how many to solve. */
  #centre(x: Float32Array): number {
    const { scratch, mean, stride } = this;
    const rows = x.length / stride;
    const count = this.#room(rows);
    for (let row = 0, at = 0; row < rows; row++) {
      for (let i = 0; i < stride; i++, at++) scratch[at] = x[at]! - mean[i]!;
    }
    return count;
  }

  /** The number of rows to solve for `rows` of them: four at once cost less than two alone. The added rows are 0. */
  #room(rows: number): number {
    const count = rows % 4 > 1 ? rows + 4 - rows % 4 : rows;
    this.scratch.fill(0, rows * this.stride, count * this.stride);
    return count;
  }

  #directionOf(x: Float32Array, weight: Float64Array): Direction {
    const { mean } = this;
    let gain = 1;
    let shift = 0;
    for (let i = 0; i < weight.length; i++) {
      gain += (x[i]! - mean[i]!) * weight[i]!;
      shift += mean[i]! * weight[i]!;
    }
    return { weight, bias: 1 - shift, gain };
  }
}

/** C of rows, the upper triangle in panels of four columns, in an arena of its own. */
async function covarianceOf(
  rows: Float32Array,
  stride: number,
  groups: ArrayLike<number> | undefined,
): Promise<{ kernels: Kernels; matrix: Float64Array }> {
  const count = rows.length / stride;
  const { kernels, views: { centred, matrix } } = await createArena(
    (allocate) => ({
      centred: allocate.doubles(count * stride),
      matrix: allocate.doubles(stride * stride),
    }),
  );
  writeCentred(centred, rows, stride, groups);
  await turn();
  kernels.gram(centred.byteOffset, count, stride, matrix.byteOffset);
  await turn();
  for (let i = 0; i < matrix.length; i++) matrix[i]! /= count;
  return { kernels, matrix };
}

function meanOf(rows: Float32Array, stride: number): Float64Array {
  const mean = new Float64Array(stride);
  for (let at = 0; at < rows.length; at += stride) {
    for (let i = 0; i < stride; i++) mean[i]! += rows[at + i]!;
  }
  const count = rows.length / stride;
  return mean.map((sum) => sum / count);
}

/** Writes rows less the mean of their group, in panels of four columns. */
function writeCentred(
  out: Float64Array,
  rows: Float32Array,
  stride: number,
  groups: ArrayLike<number> | undefined,
): void {
  const count = rows.length / stride;
  const all = Array.from({ length: count }, (_, row) => row);
  const members = Map.groupBy(all, (row) => groups?.[row] ?? 0);
  const sums = new Float64Array(stride);
  for (const group of members.values()) {
    sums.fill(0);
    for (const row of group) {
      for (let i = 0, at = row * stride; i < stride; i++, at++) {
        sums[i]! += rows[at]!;
      }
    }
    for (const row of group) {
      for (let i = 0; i < stride; i++) {
        out[panelIndex(row, i, count)] = rows[row * stride + i]! -
          sums[i]! / group.length;
      }
    }
  }
}

function trace(matrix: Float64Array, stride: number): number {
  let sum = 0;
  for (let i = 0; i < stride; i++) sum += matrix[panelIndex(i, i, stride)]!;
  return sum;
}

/** The index of row r, column i of a matrix of `rows` rows in panels of four columns. */
function panelIndex(r: number, i: number, rows: number): number {
  return ((i >> 2) * rows + r) * COLUMNS + (i & 3);
}

/** Copies an upper triangle in panels to both triangles of a row-major square. */
function writeSymmetric(
  out: Float64Array,
  panels: Float64Array,
  stride: number,
): void {
  for (let i = 0; i < stride; i++) {
    for (let j = i; j < stride; j++) {
      const value = panels[panelIndex(i, j, stride)]!;
      out[i * stride + j] = value;
      out[j * stride + i] = value;
    }
  }
}
