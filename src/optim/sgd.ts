/** Stochastic gradient descent, plain and with momentum. @module */

import type { Kernels } from "../kernels/mod.ts";
import { checkOption, type Optimizer, type TensorUpdate } from "./optimizer.ts";

/** Hyperparameters of {@linkcode sgd}. */
export interface SgdOptions {
  /** Momentum μ in [0, 1). Default 0: no moment is kept. */
  readonly momentum?: number;
  /** Nesterov's momentum instead of the classical one. Default false. */
  readonly nesterov?: boolean;
  /** Weight decay λ ≥ 0, added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Gradient descent.
 *
 *   g ← ∂L/∂θ + λ θ
 *   b ← μ b + g            (b = g at the first step)
 *   θ ← θ − η g            (μ = 0)
 *   θ ← θ − η b            (classical momentum)
 *   θ ← θ − η (g + μ b)    (Nesterov)
 *
 * @throws {RangeError} If a hyperparameter is out of its range, or Nesterov is asked for without momentum.
 *
 * Source: Sutskever, Martens, Dahl, Hinton 2013, equations 1–4; conventions as in PyTorch.
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  const { momentum = 0, nesterov = false, weightDecay = 0 } = options;
  checkOption("sgd", "momentum", momentum, 0, 1);
  checkOption("sgd", "weightDecay", weightDecay, 0, Infinity);
  if (nesterov && momentum === 0) {
    throw new RangeError(
      "Cannot use sgd: expected momentum > 0 for Nesterov, got 0",
    );
  }

  function update(kernels: Kernels, tensor: TensorUpdate): void {
    const { parameter, gradient, moments: [buffer], step, learningRate } =
      tensor;
    kernels.sgd(
      parameter.byteOffset,
      gradient.byteOffset,
      buffer?.byteOffset ?? 0,
      parameter.length,
      learningRate,
      momentum,
      0,
      nesterov ? 1 : 0,
      tensor.decay ? weightDecay : 0,
      step === 1 ? 1 : 0,
    );
  }

  return {
    name: "sgd",
    options: { momentum, nesterov, weightDecay },
    slots: momentum === 0 ? [] : ["momentum_buffer"],
    update,
  };
}
