/** The kernels that draw random numbers, typed. @module */

import type { Pointer } from "./pointer.ts";
import type { Arguments } from "./signatures.ts";

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
  /**
   * x = x·mask, without the mask in memory: of a mask's values, those from `first`
   * on, a multiple of four.
   */
  dropUniform(args: Arguments<"dropUniform">): void;
}
