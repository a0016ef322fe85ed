/**
 * An optimizer is a pair of functions: `init` gives the state for a table of
 * parameters, `update` takes one step of one tensor. It remembers nothing
 * itself; the state is plain data that a checkpoint holds.
 *
 * @module
 */

import type { Kernels } from "../kernels/mod.ts";

/** Hyperparameters by name, as they are written to a checkpoint. */
export type OptimizerOptions = Readonly<Record<string, number | boolean>>;

/** One tensor's part of a step. All arrays have the same length and layout. */
export interface TensorUpdate {
  /** θ, updated in place. */
  readonly parameter: Float32Array;
  /** ∂L/∂θ; may be overwritten. */
  readonly gradient: Float32Array;
  /** The moments, one array per slot, updated in place. */
  readonly moments: readonly Float32Array[];
  /** Number t of this step, from 1 on, counted for this tensor alone. */
  readonly step: number;
  /** η of this step. */
  readonly learningRate: number;
  /** Whether weight decay applies; by custom it does not to biases. */
  readonly decay: boolean;
}

/** A first-order optimizer. */
export interface Optimizer {
  /** Its name in flags and checkpoints. */
  readonly name: string;
  readonly options: OptimizerOptions;
  /** Names of the moments kept per parameter, as PyTorch names them; all start at zero. */
  readonly slots: readonly string[];
  /** Takes one step of one tensor. */
  update(kernels: Kernels, tensor: TensorUpdate): void;
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
