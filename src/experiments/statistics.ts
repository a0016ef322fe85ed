/** Means over the seeds of an experiment, and how far they can be trusted. @module */

/** A mean over the seeds. */
export interface Estimate {
  readonly mean: number;
  /** Of the mean; missing where there is one seed only. */
  readonly standardError?: number;
}

/** The mean of some numbers; NaN of none. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The standard deviation of what the values are a sample of; NaN of fewer than two.
 *
 *   s = √(Σ (xᵢ − x̄)² / (n − 1))
 */
export function standardDeviation(values: readonly number[]): number {
  const center = mean(values);
  const squares = values.map((value) => (value - center) * (value - center));
  return Math.sqrt(mean(squares) * values.length / (values.length - 1));
}

/** The mean of a − b over runs of the same seed, with the standard error s / √n. */
export function pairedDifference(
  a: readonly number[],
  b: readonly number[],
): Estimate {
  const differences = a.map((value, n) => value - b[n]!);
  const center = { mean: mean(differences) };
  if (differences.length === 1) return center;
  const standardError = standardDeviation(differences) /
    Math.sqrt(differences.length);
  return { ...center, standardError };
}
