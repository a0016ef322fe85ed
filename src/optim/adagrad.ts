/** AdaGrad. @module */

import type { Kernels } from "../kernels/mod.ts";
import { checkOption, type Optimizer, type TensorUpdate } from "./optimizer.ts";

/** Hyperparameters of {@linkcode adagrad}. */
export interface AdagradOptions {
  /** ε, added to √s. Default 1e-10. */
  readonly epsilon?: number;
  /** Weight decay λ ≥ 0, added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * AdaGrad: steps scaled by the sum of all squared gradients so far.
 *
 *   g ← ∂L/∂θ + λ θ
 *   s ← s + g²               (s = 0 at the start)
 *   θ ← θ − η g / (√s + ε)
 *
 * @throws {RangeError} If a hyperparameter is out of its range.
 *
 * Source: Duchi, Hazan, Singer 2011, figure 1 with a diagonal (JMLR 12); conventions as in PyTorch.
 */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  const { epsilon = 1e-10, weightDecay = 0 } = options;
  checkOption("adagrad", "epsilon", epsilon, Number.MIN_VALUE, Infinity);
  checkOption("adagrad", "weightDecay", weightDecay, 0, Infinity);

  function update(kernels: Kernels, tensor: TensorUpdate): void {
    const { parameter, gradient, moments: [sum], learningRate } = tensor;
    kernels.adagrad(
      parameter.byteOffset,
      gradient.byteOffset,
      sum!.byteOffset,
      parameter.length,
      learningRate,
      epsilon,
      tensor.decay ? weightDecay : 0,
    );
  }

  return {
    name: "adagrad",
    options: { epsilon, weightDecay },
    slots: ["sum"],
    update,
  };
}
