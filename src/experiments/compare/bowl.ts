/** The optimizers' paths down an anisotropic bowl. @module */

import {
  type Landscape,
  type Path,
  walk,
  WALKING_OPTIONS,
} from "./landscape.ts";

/** f(x, y) = x²/20 + y², twenty times as curved along y. */
export const BOWL: Landscape = {
  profile: (x) => x * x / 20,
  slope: (x) => x / 10,
  bend: 1,
};

/** Learning rates at which each path is typical of its optimizer. */
const LEARNING_RATES: Readonly<Record<string, number>> = {
  sgd: 0.95,
  momentum: 0.1,
  nesterov: 0.1,
  adagrad: 1.5,
  adadelta: 1,
  rmsprop: 0.3,
  adam: 0.3,
  amsgrad: 0.3,
  adamw: 0.3,
};

/** Thirty steps of every optimizer from (−7, 2). */
export async function descendBowl(): Promise<Path[]> {
  const paths: Path[] = [];
  for (const [name, learningRate] of Object.entries(LEARNING_RATES)) {
    const options = WALKING_OPTIONS[name] ?? {};
    const setting = { name, learningRate, options };
    paths.push(await walk(BOWL, { ...setting, start: [-7, 2], steps: 30 }));
  }
  return paths;
}
