/** RMSProp. @module */

import type { Kernels } from "../kernels/mod.ts";
import { checkOption, type Optimizer, type TensorUpdate } from "./optimizer.ts";

/** Hyperparameters of {@linkcode rmsprop}. */
export interface RmspropOptions {
  /** Decay rate α of the squared gradients, in [0, 1). Default 0.99. */
  readonly alpha?: number;
  /** ε, added to √s. Default 1e-8. */
  readonly epsilon?: number;
  /** Weight decay λ ≥ 0, added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * RMSProp: steps scaled by a running average of squared gradients.
 *
 *   g ← ∂L/∂θ + λ θ
 *   s ← α s + (1 − α) g²
 *   θ ← θ − η g / (√s + ε)
 *
 * @throws {RangeError} If a hyperparameter is out of its range.
 *
 * Source: Tieleman, Hinton 2012, lecture 6.5 of "Neural Networks for Machine
 * Learning"; conventions as in PyTorch.
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const { alpha = 0.99, epsilon = 1e-8, weightDecay = 0 } = options;
  checkOption("rmsprop", "alpha", alpha, 0, 1);
  checkOption("rmsprop", "epsilon", epsilon, Number.MIN_VALUE, Infinity);
  checkOption("rmsprop", "weightDecay", weightDecay, 0, Infinity);

  function update(kernels: Kernels, tensor: TensorUpdate): void {
    const { parameter, gradient, moments: [squares], learningRate } = tensor;
    kernels.rmsprop(
      parameter.byteOffset,
      gradient.byteOffset,
      squares!.byteOffset,
      parameter.length,
      learningRate,
      alpha,
      epsilon,
      tensor.decay ? weightDecay : 0,
    );
  }

  return {
    name: "rmsprop",
    options: { alpha, epsilon, weightDecay },
    slots: ["square_avg"],
    update,
  };
}
