/** The kernels of the optimizers, typed. @module */

import type { Pointer } from "./pointer.ts";

/** assembly/optimizers.ts */
export interface OptimizerKernels {
  /** One step of SGD. Where momentum is 0 the buffer is not touched and may be 0. */
  sgd(
    w: Pointer,
    g: Pointer,
    buffer: Pointer,
    n: number,
    learningRate: number,
    momentum: number,
    dampening: number,
    nesterov: 0 | 1,
    weightDecay: number,
    first: 0 | 1,
  ): void;
  /** One step of Adam; stepSize = learningRate/(1 − β₁ᵗ), inverseSqrtBiasCorrection2 = 1/√(1 − β₂ᵗ). */
  adam(
    w: Pointer,
    g: Pointer,
    m: Pointer,
    v: Pointer,
    n: number,
    stepSize: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    inverseSqrtBiasCorrection2: number,
    weightDecay: number,
  ): void;
  /** One step of AdamW; decay = learningRate·weightDecay. */
  adamw(
    w: Pointer,
    g: Pointer,
    m: Pointer,
    v: Pointer,
    n: number,
    stepSize: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    inverseSqrtBiasCorrection2: number,
    decay: number,
  ): void;
}

/** assembly/adaptive.ts: one step of each, with weightDecay·w added to the gradient. */
export interface AdaptiveKernels {
  /** One step of AdaGrad. */
  adagrad(
    w: Pointer,
    g: Pointer,
    sum: Pointer,
    n: number,
    learningRate: number,
    epsilon: number,
    weightDecay: number,
  ): void;
  /** One step of Adadelta. */
  adadelta(
    w: Pointer,
    g: Pointer,
    squareAverage: Pointer,
    deltaAverage: Pointer,
    n: number,
    learningRate: number,
    rho: number,
    epsilon: number,
    weightDecay: number,
  ): void;
  /** One step of RMSProp. */
  rmsprop(
    w: Pointer,
    g: Pointer,
    squareAverage: Pointer,
    n: number,
    learningRate: number,
    alpha: number,
    epsilon: number,
    weightDecay: number,
  ): void;
  /** One step of Adam or AdamW with AMSGrad; the kind of decay that is not wanted is 0. */
  amsgrad(
    w: Pointer,
    g: Pointer,
    m: Pointer,
    v: Pointer,
    largestV: Pointer,
    n: number,
    stepSize: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    inverseSqrtBiasCorrection2: number,
    weightDecay: number,
    decay: number,
  ): void;
}
