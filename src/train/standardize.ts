/** The standardization of descriptors, measured on the training pictures. @module */

import type { Examples, Standardization } from "./batch.ts";

/** Inputs that vary less than this (in units of a byte) are left near zero rather than blown up. */
const SMALLEST_DEVIATION = 1;

/**
 * Measures mean and standard deviation of every input over the plain views of
 * `rows`, into `standardization`.
 *
 *   x̂ = (x − mean) / max(deviation, 1)
 */
export function measureStandardization(
  examples: Examples,
  rows: ArrayLike<number>,
  { mean, inverseDeviation }: Standardization,
): void {
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
  for (let i = 0; i < mean.length; i++) {
    const average = sum[i]! / rows.length;
    const variance = squares[i]! / rows.length - average * average;
    mean[i] = average;
    inverseDeviation[i] = 1 /
      Math.max(Math.sqrt(Math.max(0, variance)), SMALLEST_DEVIATION);
  }
}
