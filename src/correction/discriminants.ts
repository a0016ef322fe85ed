/**
 * Heads by linear discriminants, which are optimal if the features of all classes are
 * normally distributed with the same covariance and different means.
 *
 *   w_c = M⁻¹(m_c − μ),  z_c(x) = w_c·(x − μ) − ½ (m_c − μ)·w_c + log π_c
 *
 * m_c is the mean of class c, π_c its share, M the {@linkcode Metric} within classes.
 *
 * Source: Fisher 1936, "The use of multiple measurements in taxonomic problems"
 * (doi:10.1111/j.1469-1809.1936.tb02137.x); Friedman 1989, "Regularized discriminant
 * analysis" (doi:10.1080/01621459.1989.10478752), for the ridge.
 *
 * @module
 */

import { isKnown } from "../heads/head.ts";
import type { MathKernels } from "../kernels/math.ts";
import { type Examples, featuresAt } from "./heads.ts";
import { type Direction, Metric } from "./metric.ts";

/** The classes of labelled examples. */
export interface Discriminants {
  readonly metric: Metric;
  /** For each class M⁻¹(m_c − μ); undefined where it has no example. */
  readonly directions: readonly (Direction | undefined)[];
  /** Examples of each class. */
  readonly counts: readonly number[];
  /** The rows of a head, one for each class, [K, H]. */
  readonly weight: Float32Array;
  /** [K]; −∞ where a class has no example. */
  readonly bias: Float32Array;
}

/**
 * Fits discriminants to labelled examples; those without a label are left out.
 *
 * @param labels The class of each, `UNKNOWN` where there is none.
 * @param features Number H of features.
 * @throws {RangeError} If none is labelled, or they do not vary within classes.
 */
export async function fitDiscriminants(
  kernels: MathKernels,
  examples: Examples,
  labels: ArrayLike<number>,
  classes: number,
  features: number,
  ridge = 0.1,
): Promise<Discriminants> {
  const { rows, groups } = labelled(examples, labels);
  const metric = await Metric.create(rows, { features, ridge, groups });
  const { means, counts } = classMeans(rows, groups, classes, metric.stride);
  const found = metric.directions(Float32Array.from(means.flat()));
  const weight = new Float32Array(classes * features);
  const bias = new Float32Array(classes).fill(-Infinity);
  const directions = counts.map((count, c) => {
    if (count === 0) return undefined;
    const { weight: w, bias: shift, gain } = found[c]!;
    weight.set(w.subarray(0, features), c * features);
    // −w·μ − ½ (m − μ)·w + log π
    const share = kernels.log(count / groups.length);
    bias[c] = shift - 1 - (gain - 1) / 2 + share;
    return found[c]!;
  });
  return { metric, directions, counts, weight, bias };
}

function labelled(examples: Examples, labels: ArrayLike<number>) {
  const stride = examples.features.length / (examples.count || 1);
  const known = Array.from({ length: examples.count }, (_, i) => i)
    .filter((i) => isKnown(labels[i]!));
  const rows = new Float32Array(known.length * stride);
  known.forEach((i, k) => rows.set(featuresAt(examples, i), k * stride));
  return { rows, groups: known.map((i) => labels[i]!) };
}

/** The mean of each class, all zero where it has no example. */
function classMeans(
  rows: Float32Array,
  groups: readonly number[],
  classes: number,
  stride: number,
): { means: number[][]; counts: number[] } {
  const means = Array.from({ length: classes }, () => Array(stride).fill(0));
  const counts = Array<number>(classes).fill(0);
  groups.forEach((group, r) => {
    counts[group]!++;
    for (let i = 0; i < stride; i++) means[group]![i] += rows[r * stride + i]!;
  });
  return {
    means: means.map((sums, c) =>
      sums.map((sum: number) => sum / (counts[c]! || 1))
    ),
    counts,
  };
}
