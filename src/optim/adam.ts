/** Adam and AdamW. @module */

import type { Kernels } from "../kernels/mod.ts";
import {
  checkOption,
  type GradientProduct,
  integerPower,
  type Optimizer,
  type TensorStep,
  type TensorUpdate,
} from "./optimizer.ts";

/** Hyperparameters of {@linkcode adam} and {@linkcode adamw}. */
export interface AdamOptions {
  /** Decay rate β₁ of the first moment, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** Decay rate β₂ of the second moment, in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** ε, added to the bias-corrected √v. Default 1e-8. */
  readonly epsilon?: number;
  /** Weight decay λ ≥ 0. Default 0 for Adam, 0.01 for AdamW. */
  readonly weightDecay?: number;
  /** Divide by the largest second moment so far instead of the present one. Default false. */
  readonly amsgrad?: boolean;
}

/**
 * Adam: steps scaled by bias-corrected first and second moments.
 *
 *   g ← ∂L/∂θ + λ θ
 *   m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²
 *   θ ← θ − η · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
 *
 * AMSGrad puts the largest v so far in the place of v in the last line.
 *
 * @throws {RangeError} If a hyperparameter is out of its range.
 *
 * Source: Kingma, Ba 2015, Algorithm 1 (arXiv:1412.6980); Reddi, Kale, Kumar
 * 2018, Algorithm 2 (arXiv:1904.09237); ε and bias corrections as in PyTorch.
 */
export function adam(options: AdamOptions = {}): Optimizer {
  return adamFamily("adam", { weightDecay: 0, ...options });
}

/**
 * AdamW: Adam with decoupled weight decay.
 *
 *   θ ← θ − η λ θ, then Adam's step on the plain gradient
 *
 * @throws {RangeError} If a hyperparameter is out of its range.
 *
 * Source: Loshchilov, Hutter 2019, Algorithm 2 (arXiv:1711.05101).
 */
export function adamw(options: AdamOptions = {}): Optimizer {
  return adamFamily("adamw", { weightDecay: 0.01, ...options });
}

function adamFamily(
  name: "adam" | "adamw",
  {
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
    weightDecay = 0,
    amsgrad = false,
  }: AdamOptions,
): Optimizer {
  checkOption(name, "beta1", beta1, 0, 1);
  checkOption(name, "beta2", beta2, 0, 1);
  checkOption(name, "epsilon", epsilon, Number.MIN_VALUE, Infinity);
  checkOption(name, "weightDecay", weightDecay, 0, Infinity);
  const decoupled = name === "adamw";

  /** The factors of a step, from the options, its number and learning rate; weight decay as L₂ and as shrinkage. */
  function factorsOf({ step, learningRate, decay }: TensorStep) {
    const strength = decay ? weightDecay : 0;
    return {
      stepSize: learningRate / (1 - integerPower(beta1, step)),
      inverseSqrtBiasCorrection2: 1 /
        Math.sqrt(1 - integerPower(beta2, step)),
      l2: decoupled ? 0 : strength,
      shrinkage: decoupled ? learningRate * strength : 0,
    };
  }

  function update(kernels: Kernels, tensor: TensorUpdate): void {
    const { parameter, gradient, moments: [m, v, largest] } = tensor;
    const { stepSize, inverseSqrtBiasCorrection2, l2, shrinkage } = factorsOf(
      tensor,
    );
    const factors = [
      stepSize,
      beta1,
      beta2,
      epsilon,
      inverseSqrtBiasCorrection2,
    ] as const;
    const pointers = [
      parameter.byteOffset,
      gradient.byteOffset,
      m!.byteOffset,
      v!.byteOffset,
    ] as const;
    const count = parameter.length;
    if (largest !== undefined) {
      const pointer = largest.byteOffset;
      kernels.amsgrad(...pointers, pointer, count, ...factors, l2, shrinkage);
    } else if (decoupled) {
      kernels.adamw(...pointers, count, ...factors, shrinkage);
    } else {
      kernels.adam(...pointers, count, ...factors, l2);
    }
  }

  function updateWeights(
    kernels: Kernels,
    tensor: TensorStep,
    gradient: GradientProduct,
  ): void {
    const { shrinkage, ...factors } = factorsOf(tensor);
    kernels.linearWeightGradientAdam({
      ...gradient,
      w: tensor.parameter.byteOffset,
      m: tensor.moments[0]!.byteOffset,
      v: tensor.moments[1]!.byteOffset,
      ...factors,
      beta1,
      beta2,
      epsilon,
      decay: shrinkage,
    });
  }

  const slots = ["exp_avg", "exp_avg_sq"];
  return {
    name,
    options: { beta1, beta2, epsilon, weightDecay, amsgrad },
    slots: amsgrad ? [...slots, "max_exp_avg_sq"] : slots,
    update,
    ...(amsgrad ? {} : { updateWeights }),
  };
}
