/** The size of Adam's steps, and their share of signal. @module */

import type { Optimizer } from "../../optim/optimizer.ts";

/** Measurements of every step of a training, from the first on. */
export interface StepTrace {
  /** max |Δθ| / η over all parameters. */
  readonly largest: readonly number[];
  /**
   * The root mean square of Δθ / η over the parameters that moved. For Adam that
   * is m̂/√v̂, which the paper calls a signal-to-noise ratio: near 1 where gradients
   * agree, near 0 where they cancel.
   */
  readonly signal: readonly number[];
}

/**
 * The bound on |Δθ| / η that the paper gives: max(1, (1 − β₁)/√(1 − β₂)). Its
 * worst case is a gradient that was zero until now.
 *
 * Source: Kingma, Ba 2015, §2.1 (arXiv:1412.6980).
 */
export function paperBound(beta1: number, beta2: number): number {
  return Math.max(1, (1 - beta1) / Math.sqrt(1 - beta2));
}

/**
 * The bound on |Δθ| / η that holds for any gradients, without bias correction:
 *
 *   |m|/√v ≤ (1 − β₁)/√(1 − β₂) · 1/√(1 − β₁²/β₂)
 *
 * by the inequality of Cauchy and Schwarz on m = (1 − β₁) Σ β₁ᵏ gₜ₋ₖ and
 * v = (1 − β₂) Σ β₂ᵏ gₜ₋ₖ². Gradients that grow by β₂/β₁ at every step come as near
 * as you like. Bias correction makes it smaller where β₁² ≤ β₂.
 */
export function strictBound(beta1: number, beta2: number): number {
  return (1 - beta1) / Math.sqrt((1 - beta2) * (1 - beta1 * beta1 / beta2));
}

/** An optimizer that steps as the given one does and writes to `trace`, which grows with every step. */
export function watched(
  { name, options, slots, update }: Optimizer,
): { readonly optimizer: Optimizer; readonly trace: StepTrace } {
  const largest: number[] = [];
  const signal: number[] = [];
  const squares: number[] = [];
  const moved: number[] = [];
  return {
    trace: { largest, signal },
    optimizer: {
      name,
      options,
      slots,
      update(kernels, tensor) {
        const { parameter, learningRate } = tensor;
        const before = parameter.slice();
        update(kernels, tensor);
        const index = tensor.step - 1;
        let most = largest[index] ?? 0;
        let sum = squares[index] ?? 0;
        let count = moved[index] ?? 0;
        for (let i = 0; i < before.length; i++) {
          const step = Math.abs(parameter[i]! - before[i]!) / learningRate;
          if (step === 0) continue;
          if (step > most) most = step;
          sum += step * step;
          count++;
        }
        largest[index] = most;
        squares[index] = sum;
        moved[index] = count;
        signal[index] = Math.sqrt(sum / Math.max(1, count));
      },
    },
  };
}
