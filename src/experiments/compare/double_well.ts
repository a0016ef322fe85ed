/** The optimizers' paths from a shallow minimum to a deep one. @module */

import {
  type Landscape,
  type Path,
  stepsUntil,
  walk,
  WALKING_OPTIONS,
} from "./landscape.ts";

const TILT = 0.8;

/**
 * f(x, y) = (x² − 1)² + 0.8 x + y²: a shallow minimum at x = 0.88 and a deep one at
 * x = −1.09, with a pass at x = 0.21 between them that is 0.33 above the shallow one.
 */
export const DOUBLE_WELL: Landscape = {
  profile: (x) => (x * x - 1) * (x * x - 1) + TILT * x,
  slope: (x) => 4 * x * (x * x - 1) + TILT,
  bend: 1,
};

/** One optimizer's paths. */
export interface DoubleWellResult {
  /** At the second of the learning rates. */
  readonly path: Path;
  readonly tried: readonly {
    readonly learningRate: number;
    /** Steps until it is beyond the pass for good; undefined if it is not at the end. */
    readonly steps: number | undefined;
    readonly diverged: boolean;
  }[];
}

/** Steps of a path. */
export const WELL_STEPS = 100;
const START = [1.6, 1] as const;

/** From careful to bold. */
const LEARNING_RATES: Readonly<
  Record<string, readonly [number, number, number]>
> = {
  sgd: [0.01, 0.03, 0.1],
  momentum: [0.003, 0.01, 0.03],
  nesterov: [0.003, 0.01, 0.03],
  adagrad: [0.1, 0.3, 1],
  adadelta: [0.3, 1, 3],
  rmsprop: [0.03, 0.1, 0.3],
  adam: [0.03, 0.1, 0.3],
  amsgrad: [0.03, 0.1, 0.3],
  adamw: [0.03, 0.1, 0.3],
};

/** True of a point beyond the pass, where the deep minimum is. */
const isBeyond = ([x]: readonly [number, number]) => x < 0;

/** A hundred steps of every optimizer from (1.6, 1), at three learning rates each. */
export async function crossDoubleWell(): Promise<DoubleWellResult[]> {
  const results: DoubleWellResult[] = [];
  for (const [name, learningRates] of Object.entries(LEARNING_RATES)) {
    const options = WALKING_OPTIONS[name] ?? {};
    const paths: Path[] = [];
    for (const learningRate of learningRates) {
      const setting = { name, learningRate, options };
      const way = { ...setting, start: START, steps: WELL_STEPS };
      paths.push(await walk(DOUBLE_WELL, way));
    }
    results.push({
      path: paths[1]!,
      tried: paths.map(({ learningRate, points }) => {
        const diverged = points.length <= WELL_STEPS;
        const steps = diverged ? undefined : stepsUntil(points, isBeyond);
        return { learningRate, steps, diverged };
      }),
    });
  }
  return results;
}
