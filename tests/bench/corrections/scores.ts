/**
 * Three scores of how much an image looks like anything that a head knows.
 *
 * - energy, T·log Σ_c exp(z_c / T) of the calibrated logits (Liu, Wang, Owens, Li
 *   2020, arXiv:2010.03759, without its sign);
 * - the largest logit (Hendrycks et al. 2022, arXiv:1911.11132);
 * - minus the squared distance to the nearest class mean, in the metric within
 *   classes (Lee, Lee, Lee, Shin 2018, arXiv:1807.03888).
 *
 * @module
 */

import type { Discriminants } from "../../../src/correction/discriminants.ts";
import {
  type ClassesHead,
  type Examples,
  featuresAt,
} from "../../../src/correction/heads.ts";
import { rowAt, type Scorer } from "../../../src/correction/scorer.ts";

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
