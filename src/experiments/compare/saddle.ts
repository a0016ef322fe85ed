/** The optimizers' paths over a saddle that is entered along its ridge. @module */

import {
  type Landscape,
  type Path,
  stepsUntil,
  walk,
  WALKING_OPTIONS,
} from "./landscape.ts";

/** f(x, y) = x² − y²: down along x to the saddle, and down from the ridge y = 0 to both sides. */
export const SADDLE: Landscape = {
  profile: (x) => x * x,
  slope: (x) => 2 * x,
  bend: -1,
};

/** One optimizer's paths. */
export interface SaddleResult {
  /** From {@linkcode DRAWN} beside the ridge. */
  readonly path: Path;
  readonly starts: readonly {
    /** Distance of the start from the ridge. */
    readonly beside: number;
    /** Steps until |y| ≥ 1, where all is below the saddle; undefined if there were not enough. */
    readonly steps: number | undefined;
  }[];
}

/** Distances of the starts from the ridge; on it, the gradient along y is zero. */
export const BESIDE = [0, 1e-6, 1e-4, 1e-2] as const;
/** The distance whose path is drawn. */
export const DRAWN = 1e-4;
/** The start of all paths along x. */
const START_X = -2;
/** Steps of a path. */
export const SADDLE_STEPS = 500;
/** The distance from the ridge at which a path counts as having left it. */
const LEFT = 1;

const LEARNING_RATES: Readonly<Record<string, number>> = {
  sgd: 0.1,
  momentum: 0.01,
  nesterov: 0.01,
  adagrad: 0.3,
  adadelta: 1,
  rmsprop: 0.1,
  adam: 0.1,
  amsgrad: 0.1,
  adamw: 0.1,
};

/** Every optimizer from −2 on the ridge, and from beside it. */
export async function crossSaddle(): Promise<SaddleResult[]> {
  const results: SaddleResult[] = [];
  for (const [name, learningRate] of Object.entries(LEARNING_RATES)) {
    const options = WALKING_OPTIONS[name] ?? {};
    const from = (beside: number) =>
      walk(SADDLE, {
        ...{ name, learningRate, options },
        start: [START_X, beside],
        steps: SADDLE_STEPS,
      });
    const starts: SaddleResult["starts"][number][] = [];
    for (const beside of BESIDE) {
      const { points } = await from(beside);
      const steps = stepsUntil(points, ([, y]) => Math.abs(y) >= LEFT);
      starts.push({ beside, steps });
    }
    const { points, ...setting } = await from(DRAWN);
    const end = points.findIndex(([, y]) => Math.abs(y) >= LEFT);
    const path = { ...setting, points: points.slice(0, end + 1) };
    results.push({ path, starts });
  }
  return results;
}
