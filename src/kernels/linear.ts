/** The kernels of a linear layer, typed. @module */

import type { Pointer } from "./pointer.ts";
import type { Arguments } from "./signatures.ts";

/** assembly/linear_*.ts: a multiply-add rounds once, as assembly/multiply_add.ts says. */
export interface LinearKernels {
  /** y = x·Wᵀ + b. */
  linearForward(args: Arguments<"linearForward">): void;
  /** dx = g·W, or dx += g·W where accumulate is 1. */
  linearInputGradient(args: Arguments<"linearInputGradient">): void;
  /** dw = gᵀ·x and db = Σ_r g[r]. The scratch has `weightGradientScratch(batch)` floats. */
  linearWeightGradient(args: Arguments<"linearWeightGradient">): void;
  /** db = Σ_r g[r]. */
  linearBiasGradient(
    g: Pointer,
    gStride: number,
    db: Pointer,
    batch: number,
    panels: number,
  ): void;
  /** ‖gᵀ·x‖², in double precision, without the gradient. */
  linearWeightGradientSumOfSquares(
    x: Pointer,
    xStride: number,
    g: Pointer,
    gStride: number,
    batch: number,
    inputs: number,
    panels: number,
  ): number;
  /**
   * gradientScale·gᵀ·x and one step of Adam with it, in one pass: the bits of
   * linearWeightGradient, scale and adam (decay 0) or adamw (l2 0).
   */
  linearWeightGradientAdam(args: Arguments<"linearWeightGradientAdam">): void;
}
