/** Adadelta. @module */

import type { Kernels } from "../kernels/mod.ts";
import { checkOption, type Optimizer, type TensorUpdate } from "./optimizer.ts";

/** Hyperparameters of {@linkcode adadelta}. */
export interface AdadeltaOptions {
  /** Decay rate ρ of both averages, in [0, 1). Default 0.9. */
  readonly rho?: number;
  /** ε, added under both roots. Default 1e-6. */
  readonly epsilon?: number;
  /** Weight decay λ ≥ 0, added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Adadelta: steps in the parameters' own units, scaled by averages of squared
 * gradients and of squared steps. Meant for η = 1.
 *
 *   g ← ∂L/∂θ + λ θ
 *   s ← ρ s + (1 − ρ) g²
 *   Δ ← √(d + ε) / √(s + ε) · g
 *   d ← ρ d + (1 − ρ) Δ²
 *   θ ← θ − η Δ
 *
 * @throws {RangeError} If a hyperparameter is out of its range.
 *
 * Source: Zeiler 2012, algorithm 1 (arXiv:1212.5701); η as PyTorch adds it.
 */
export function adadelta(options: AdadeltaOptions = {}): Optimizer {
  const { rho = 0.9, epsilon = 1e-6, weightDecay = 0 } = options;
  checkOption("adadelta", "rho", rho, 0, 1);
  checkOption("adadelta", "epsilon", epsilon, Number.MIN_VALUE, Infinity);
  checkOption("adadelta", "weightDecay", weightDecay, 0, Infinity);

  function update(kernels: Kernels, tensor: TensorUpdate): void {
    const { parameter, gradient, moments: [squares, steps], learningRate } =
      tensor;
    kernels.adadelta(
      parameter.byteOffset,
      gradient.byteOffset,
      squares!.byteOffset,
      steps!.byteOffset,
      parameter.length,
      learningRate,
      rho,
      epsilon,
      tensor.decay ? weightDecay : 0,
    );
  }

  return {
    name: "adadelta",
    options: { rho, epsilon, weightDecay },
    slots: ["square_avg", "acc_delta"],
    update,
  };
}
