/**
 * The kernels of a layer on bytes, typed.
 *
 * @module
 */

import type { Pointer } from "./pointer.ts";

/** assembly/linear_bytes.ts */
export interface ByteKernels {
  /** out = x − mean, from bytes to 16-bit integers; n is a multiple of 8. */
  centerBytes(x: Pointer, mean: Pointer, out: Pointer, n: number): void;
  /**
   * y += factor·scale·(x·Wᵀ), exact up to the scales. x holds 16-bit integers, 0
   * from `count` to the next multiple of 16; w holds signed bytes, row-major.
   */
  linearBytes(
    x: Pointer,
    xStride: number,
    w: Pointer,
    wStride: number,
    scale: Pointer,
    y: Pointer,
    yStride: number,
    batch: number,
    outputs: number,
    count: number,
    factor: number,
  ): void;
}
