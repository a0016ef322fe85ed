/** Optimizers by the names that flags and checkpoints use. @module */

import { adadelta } from "./adadelta.ts";
import { adagrad } from "./adagrad.ts";
import { adam, adamw } from "./adam.ts";
import type { Optimizer, OptimizerOptions } from "./optimizer.ts";
import { rmsprop } from "./rmsprop.ts";
import { sgd } from "./sgd.ts";

const OPTIMIZERS: Readonly<
  Record<string, (options: OptimizerOptions) => Optimizer>
> = {
  adam,
  adamw,
  amsgrad: (options) => adam({ ...options, amsgrad: true }),
  adagrad,
  adadelta,
  rmsprop,
  sgd,
  momentum: (options) => sgd({ momentum: 0.9, ...options }),
  nesterov: (options) => sgd({ momentum: 0.9, ...options, nesterov: true }),
};

/** The names {@linkcode createOptimizer} knows. */
export const OPTIMIZER_NAMES: readonly string[] = Object.keys(OPTIMIZERS);

/**
 * The optimizer of that name.
 *
 * @throws {RangeError} If the name is not known, or an option is out of its range.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { createArena } from "../kernels/arena.ts";
 *
 * const adam = createOptimizer("adam");
 * const { kernels, views } = await createArena((allocate) => ({
 *   parameter: allocate.floats(8),
 *   gradient: allocate.floats(8),
 *   moments: adam.slots.map(() => allocate.floats(8)),
 * }));
 * views.gradient.fill(3);
 * const tensor = { step: 1, learningRate: 0.1, decay: false };
 * adam.update(kernels, { ...views, ...tensor });
 *
 * // The first step has the length of the learning rate, whatever the gradient.
 * assertAlmostEquals(views.parameter[0]!, -0.1, 1e-6);
 * ```
 */
export function createOptimizer(
  name: string,
  options: OptimizerOptions = {},
): Optimizer {
  const create = Object.hasOwn(OPTIMIZERS, name) ? OPTIMIZERS[name] : undefined;
  if (create === undefined) {
    throw new RangeError(
      `Cannot create an optimizer: expected one of ${
        OPTIMIZER_NAMES.join(", ")
      }, got "${name}"`,
    );
  }
  return create(options);
}
