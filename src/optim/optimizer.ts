/**
 * An optimizer is a list of moments, which all start at zero, and a function,
 * `update`, that takes one step of one tensor. It remembers nothing itself; the
 * moments and the count of steps are plain data that a checkpoint holds.
 *
 * @module
 */

import type { Kernels } from "../kernels/mod.ts";
import type { Pointer } from "../kernels/pointer.ts";

/** Hyperparameters by name, as they are written to a checkpoint. */
export type OptimizerOptions = Readonly<Record<string, number | boolean>>;

/** One tensor's part of a step. All arrays have the same length and layout. */
export interface TensorStep {
  /** θ, updated in place. */
  readonly parameter: Float32Array;
  /** The moments, one array per slot, updated in place. */
  readonly moments: readonly Float32Array[];
  /** Number t of this step, from 1 on, counted for this tensor alone. */
  readonly step: number;
  /** η of this step. */
  readonly learningRate: number;
  /** True if weight decay applies; by custom it does not to biases. */
  readonly decay: boolean;
}

/** A tensor's step with its gradient in memory. */
export interface TensorUpdate extends TensorStep {
  /** ∂L/∂θ; may be overwritten. */
  readonly gradient: Float32Array;
}

/** A weight gradient that is not in memory: scale · gᵀ·x. */
export interface GradientProduct {
  /** Input rows [batch, inputs]. */
  readonly x: Pointer;
  readonly xStride: number;
  /** Gradient of the output rows [batch, panels · 8]. */
  readonly g: Pointer;
  readonly gStride: number;
  readonly batch: number;
  readonly inputs: number;
  readonly panels: number;
  /** As the weight gradient's kernel needs it. */
  readonly scratch: Pointer;
  /** Multiplies the gradient: clipping. */
  readonly gradientScale: number;
}

/** A first-order optimizer. */
export interface Optimizer {
  /** A name in the registry that makes it again from its options: `sgd` of momentum and nesterov, too. */
  readonly name: string;
  readonly options: OptimizerOptions;
  /** Names of the moments kept per parameter, as PyTorch names them; all start at zero. */
  readonly slots: readonly string[];
  /** Takes one step of one tensor. */
  update(kernels: Kernels, tensor: TensorUpdate): void;
  /**
   * Takes one step of a layer's weights in the pass that computes their
   * gradient, which is then never written; the bits are those of `update`.
   */
  readonly updateWeights?: (
    kernels: Kernels,
    tensor: TensorStep,
    gradient: GradientProduct,
  ) => void;
}

/**
 * Checks hyperparameters that must lie in an interval.
 *
 * @throws {RangeError} If one does not.
 */
export function checkOption(
  optimizer: string,
  name: string,
  value: number,
  lowest: number,
  below: number,
): void {
  if (!(value >= lowest && value < below)) {
    throw new RangeError(
      `Cannot use ${optimizer}: expected ${name} in [${lowest}, ${below}), got ${value}`,
    );
  }
}

/** β^t by repeated multiplication: the engine's own power may differ from machine to machine. */
export function integerPower(base: number, exponent: number): number {
  let result = 1;
  for (
    let factor = base, rest = exponent;
    rest > 0;
    rest = Math.floor(rest / 2)
  ) {
    if (rest % 2 === 1) result *= factor;
    factor *= factor;
  }
  return result;
}
