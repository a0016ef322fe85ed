/** Elementwise operations in double precision. */

/** max(x, 0); NaN stays NaN. */
export const relu = (x: number): number => x < 0 ? 0 : x;

/** g where y > 0, else 0. */
export const reluGradient = (y: number, g: number): number => y > 0 ? g : 0;

/** w·x + (1 − w)·y. */
export const interpolate = (x: number, y: number, w: number): number =>
  w * x + (1 - w) * y;

/** Σ x². */
export const sumOfSquares = (x: readonly number[]): number =>
  x.reduce((sum, value) => sum + value * value, 0);

/** (x − mean)·inverseDeviation. */
export const standardize = (
  x: number,
  mean: number,
  inverseDeviation: number,
): number => (x - mean) * inverseDeviation;
