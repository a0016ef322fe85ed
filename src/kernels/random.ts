/** The kernels that draw random numbers, typed. @module */

import type { Pointer } from "./pointer.ts";

/** assembly/random.ts */
export interface RandomKernels {
  /** mask = uniform < keep ? 1/keep : 0, from a 64-bit seed in two halves. */
  uniformMask(
    mask: Pointer,
    n: number,
    keep: number,
    seedLow: number,
    seedHigh: number,
  ): void;
}
