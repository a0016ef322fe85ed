/** The kernels of softmax and of the losses, typed. @module */

import type { Pointer } from "./pointer.ts";

/** assembly/softmax.ts */
export interface SoftmaxKernels {
  /** Row-wise softmax of inverseTemperature·logits. */
  softmax(
    logits: Pointer,
    stride: number,
    classes: number,
    batch: number,
    inverseTemperature: number,
    out: Pointer,
    outStride: number,
  ): void;
  /** Returns the loss summed over labelled rows; writes the gradient of its mean. Label NaN masks a row. */
  softmaxCrossEntropy(
    logits: Pointer,
    stride: number,
    classes: number,
    batch: number,
    labels: Pointer,
    otherLabels: Pointer,
    weights: Pointer,
    smoothing: number,
    gradient: Pointer,
    gradientStride: number,
  ): number;
}

/** assembly/scalar_loss.ts: each returns the loss summed over labelled rows, and writes the gradient of its mean. */
export interface ScalarLossKernels {
  /** Labels are 0 or 1; NaN masks a row. */
  sigmoidCrossEntropy(
    logits: Pointer,
    stride: number,
    batch: number,
    labels: Pointer,
    otherLabels: Pointer,
    weights: Pointer,
    smoothing: number,
    gradient: Pointer,
    gradientStride: number,
  ): number;
  /** Labels are standardized; NaN masks a row. */
  squaredError(
    outputs: Pointer,
    stride: number,
    batch: number,
    labels: Pointer,
    otherLabels: Pointer,
    weights: Pointer,
    gradient: Pointer,
    gradientStride: number,
  ): number;
}
