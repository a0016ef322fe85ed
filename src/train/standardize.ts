/** The standardization of descriptors, measured on the training images. @module */

import type { Standardization } from "../model/state.ts";
import type { Examples } from "../model/examples.ts";

/** A part that varies less than this (in units of a byte) is left near zero rather than blown up. */
const SMALLEST_DEVIATION = 0.1;

/**
 * Measures the mean of every input and the standard deviation of every part of the
 * descriptor over the plain views of `rows`, and their mirror images where
 * examples have them, into `standardization`.
 *
 *   x̂ = (x − mean) / σ,  σ² = mean over the part of the inputs' variances
 *
 * Inputs of one part keep their proportions: one that hardly varies stays small.
 * Means are rounded to whole numbers, so that a server's x − mean is an exact
 * integer; the network learns with the rounded ones, so nothing is lost.
 * `parts` are the lengths of the parts, which add up to the inputs.
 */
export function measureStandardization(
  examples: Examples,
  rows: ArrayLike<number>,
  parts: readonly number[],
  { mean, inverseDeviation }: Standardization,
): void {
  const variance = measureMoments(examples, rows, mean);
  let start = 0;
  for (const length of parts) {
    const end = start + length;
    const sum = variance.subarray(start, end).reduce(
      (total, value) => total + value,
      0,
    );
    const deviation = Math.max(Math.sqrt(sum / length), SMALLEST_DEVIATION);
    inverseDeviation.fill(1 / deviation, start, end);
    start = end;
  }
}

/** Writes the mean of every input, rounded; returns the variances. */
function measureMoments(
  examples: Examples,
  rows: ArrayLike<number>,
  mean: Float32Array,
): Float64Array {
  const descriptor = new Uint8Array(mean.length);
  const sum = new Float64Array(mean.length);
  const squares = new Float64Array(mean.length);
  for (let r = 0; r < rows.length; r++) {
    examples.read(rows[r]!, 0, descriptor);
    for (let i = 0; i < descriptor.length; i++) {
      const value = descriptor[i]!;
      sum[i]! += value;
      squares[i]! += value * value;
    }
  }
  const { mirror } = examples;
  const meanOf = (sums: Float64Array, i: number) =>
    (sums[i]! + sums[mirror?.[i] ?? i]!) / (2 * rows.length);
  return sum.map((_, i) => {
    const average = meanOf(sum, i);
    mean[i] = Math.round(average);
    return Math.max(0, meanOf(squares, i) - average * average);
  });
}
