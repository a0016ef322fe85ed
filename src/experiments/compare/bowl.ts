/** The optimizers' ways down an anisotropic bowl. @module */

import { createArena } from "../../kernels/arena.ts";
import type { OptimizerOptions } from "../../optim/optimizer.ts";
import { createOptimizer } from "../../optim/registry.ts";

/** A way down. */
export interface BowlPath {
  readonly name: string;
  readonly learningRate: number;
  readonly options: OptimizerOptions;
  /** From the start on, one point per step. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** f(x, y) = x²/20 + y². */
export function bowl(x: number, y: number): number {
  return x * x / 20 + y * y;
}

const START = [-7, 2] as const;
const STEPS = 30;

/** Learning rates at which each way is typical of its optimizer. */
const WAYS: readonly [string, number, OptimizerOptions?][] = [
  ["sgd", 0.95],
  ["momentum", 0.1],
  ["nesterov", 0.1],
  ["adagrad", 1.5],
  // Its steps grow from √ε: with the usual 1e-6 it would hardly have left the start.
  ["adadelta", 1, { epsilon: 0.1 }],
  ["rmsprop", 0.3, { alpha: 0.9 }],
  ["adam", 0.3],
  ["amsgrad", 0.3],
  ["adamw", 0.3],
];

/**
 * Thirty steps of every optimizer from (−7, 2), by the same kernels that train
 * the networks. The gradient is (x/10, 2y): twenty times as steep along y.
 */
export async function descendBowl(): Promise<BowlPath[]> {
  const paths: BowlPath[] = [];
  for (const [name, learningRate, options = {}] of WAYS) {
    const optimizer = createOptimizer(name, options);
    const { kernels, views } = await createArena((allocate) => ({
      parameter: allocate.floats(2),
      gradient: allocate.floats(2),
      moments: optimizer.slots.map(() => allocate.floats(2)),
    }));
    const { parameter, gradient } = views;
    parameter.set(START);
    const points: [number, number][] = [[...START]];
    for (let step = 1; step <= STEPS; step++) {
      gradient.set([parameter[0]! / 10, 2 * parameter[1]!]);
      optimizer.update(kernels, { ...views, step, learningRate, decay: true });
      points.push([parameter[0]!, parameter[1]!]);
    }
    paths.push({ name, learningRate, options, points });
  }
  return paths;
}
