/** The kernels of a linear layer, typed. @module */

import type { Pointer } from "./pointer.ts";

/** assembly/linear_*.ts */
export interface LinearKernels {
  /** y = x·Wᵀ + b. */
  linearForward(
    x: Pointer,
    xStride: number,
    w: Pointer,
    b: Pointer,
    y: Pointer,
    yStride: number,
    batch: number,
    inputs: number,
    panels: number,
  ): void;
  /** dx = g·W, or dx += g·W where accumulate is 1. */
  linearInputGradient(
    g: Pointer,
    gStride: number,
    w: Pointer,
    dx: Pointer,
    dxStride: number,
    batch: number,
    inputs: number,
    panels: number,
    accumulate: 0 | 1,
  ): void;
  /** dw = gᵀ·x and db = Σ_r g[r]. The scratch has `weightGradientScratch(batch)` floats. */
  linearWeightGradient(
    x: Pointer,
    xStride: number,
    g: Pointer,
    gStride: number,
    dw: Pointer,
    db: Pointer,
    batch: number,
    inputs: number,
    panels: number,
    scratch: Pointer,
  ): void;
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
  linearWeightGradientAdam(
    x: Pointer,
    xStride: number,
    g: Pointer,
    gStride: number,
    w: Pointer,
    m: Pointer,
    v: Pointer,
    batch: number,
    inputs: number,
    panels: number,
    scratch: Pointer,
    gradientScale: number,
    stepSize: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    inverseSqrtBiasCorrection2: number,
    l2: number,
    decay: number,
  ): void;
}
