/** The kernels on vectors of floats, typed. @module */

import type { Pointer } from "./pointer.ts";

/** assembly/elementwise.ts */
export interface ElementwiseKernels {
  /** x = max(x, 0). */
  relu(x: Pointer, n: number): void;
  /** g = y > 0 ? g : 0. */
  reluGradient(y: Pointer, g: Pointer, n: number): void;
  /** x = x·y. */
  multiply(x: Pointer, y: Pointer, n: number): void;
  /** x = w·x + (1 − w)·y. */
  interpolate(x: Pointer, y: Pointer, n: number, w: number): void;
  /** x = s·x. */
  scale(x: Pointer, n: number, s: number): void;
  /** Σ x², in double precision. */
  sumOfSquares(x: Pointer, n: number): number;
  /** 1 if no value is NaN or infinite, else 0. */
  isFinite(x: Pointer, n: number): number;
  /** out = (x − mean)·inverseDeviation, from bytes x. */
  standardizeBytes(
    x: Pointer,
    mean: Pointer,
    inverseDeviation: Pointer,
    out: Pointer,
    n: number,
  ): void;
}
