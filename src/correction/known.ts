/**
 * How much an image looks like anything that the model knows: the share of
 * validation images that lie farther out, by one of three scores.
 *
 * - energy, T·log Σ_c exp(z_c / T) of the calibrated logits (Liu, Wang, Owens, Li
 *   2020, arXiv:2010.03759, without its sign);
 * - the largest logit (Hendrycks et al. 2022, arXiv:1911.11132);
 * - minus the squared distance to the nearest class mean, in the metric within
 *   classes (Lee, Lee, Lee, Shin 2018, arXiv:1807.03888).
 *
 * docs/fine-tuning.md says which one tells best what was left out of training.
 *
 * @module
 */

import type { Discriminants } from "./discriminants.ts";
import { type ClassesHead, type Examples, featuresAt } from "./heads.ts";
import { rowAt, type Scorer } from "./scorer.ts";

/** What an image is judged by; the higher its score, the more familiar it is. */
export type Familiarity = "energy" | "logit" | "distance";

/** The score of each example by the logits of a head. */
export function scoreByLogits(
  scorer: Scorer,
  by: "energy" | "logit",
  head: ClassesHead,
  examples: Examples,
): Float64Array {
  const { temperature, offsets } = head.calibration;
  const logits = scorer.logits(head, examples.features);
  return Float64Array.from({ length: examples.count }, (_, i) => {
    const z = rowAt(logits, i, head).map((value, c) => value + offsets[c]!);
    const largest = z.reduce((most, value) => Math.max(most, value), -Infinity);
    if (by === "logit") return largest;
    const sum = z.reduce(
      (sum, value) => sum + scorer.math.exp((value - largest) / temperature),
      0,
    );
    return largest + temperature * scorer.math.log(sum);
  });
}

/** Minus the squared distance of each example to the nearest class mean. */
export function scoreByDistance(
  { metric, directions, weight, counts }: Discriminants,
  examples: Examples,
): Float64Array {
  const inputs = weight.length / counts.length;
  const own = metric.directions(examples.features);
  return Float64Array.from(own, ({ gain }, i) => {
    const x = featuresAt(examples, i);
    let nearest = Infinity;
    directions.forEach((direction, c) => {
      if (direction === undefined) return;
      // |x − m|² = |x − μ|² + |m − μ|² − 2 (x − μ)·w
      let product = 0;
      for (let j = 0; j < inputs; j++) {
        product += weight[c * inputs + j]! * (x[j]! - metric.mean[j]!);
      }
      nearest = Math.min(nearest, gain + direction.gain - 2 - 2 * product);
    });
    return -nearest;
  });
}

/** What {@linkcode knownOf} compares with: the scores of validation images, in ascending order. */
export function fitKnown(scores: Float64Array): Float64Array {
  return scores.toSorted();
}

/**
 * The share of validation images with a lower score, in [0, 1]; those with the same
 * score count half. Of images like them it is uniformly distributed; it is 0 of one
 * that is stranger than all of them.
 */
export function knownOf(sorted: Float64Array, score: number): number {
  if (sorted.length === 0) return 1;
  const lower = countWhere(sorted, (value) => value < score);
  const upTo = countWhere(sorted, (value) => value <= score);
  return (lower + upTo) / 2 / sorted.length;
}

/** How many of the first values of an ascending list have a property that all before one with it have. */
function countWhere(
  sorted: Float64Array,
  has: (value: number) => boolean,
): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (has(sorted[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
