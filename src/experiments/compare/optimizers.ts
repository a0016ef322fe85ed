/** Every optimizer on the same task, each at the best of three learning rates. @module */

import type { Metrics } from "../../heads/head.ts";
import { createOptimizer } from "../../optim/registry.ts";
import { PLAIN_RECIPE } from "./recipe.ts";
import {
  type EpochPoint,
  type Material,
  runTrial,
  type Trial,
} from "./trial.ts";

/** One optimizer at its best. */
export interface OptimizerResult {
  readonly name: string;
  readonly learningRate: number;
  /** Validation loss after the last epoch at each learning rate tried; undefined where it diverged. */
  readonly tried: readonly {
    readonly learningRate: number;
    readonly validationLoss: number | undefined;
  }[];
  readonly epochs: readonly EpochPoint[];
  /** Metrics on the test images by the head's name. */
  readonly test: Readonly<Record<string, Metrics>>;
  readonly secondsPerStep: number;
}

/** Learning rates around the one that suits each optimizer on standardized inputs. */
export const LEARNING_RATES: Readonly<Record<string, readonly number[]>> = {
  sgd: [0.03, 0.1, 0.3],
  momentum: [0.003, 0.01, 0.03],
  nesterov: [0.003, 0.01, 0.03],
  adagrad: [0.003, 0.01, 0.03],
  adadelta: [0.1, 0.3, 1],
  rmsprop: [0.0003, 0.001, 0.003],
  adam: [0.0003, 0.001, 0.003],
  amsgrad: [0.0003, 0.001, 0.003],
  adamw: [0.0003, 0.001, 0.003],
};

/** Trains a small network with every optimizer; `onTrial` is called after each run. */
export async function compareOptimizers(
  material: Material,
  hidden: readonly number[],
  seed: number,
  onTrial: () => void,
): Promise<OptimizerResult[]> {
  const results: OptimizerResult[] = [];
  for (const [name, learningRates] of Object.entries(LEARNING_RATES)) {
    const trials: { learningRate: number; trial: Trial }[] = [];
    for (const learningRate of learningRates) {
      const trial = await runTrial(material, {
        hidden,
        optimizer: createOptimizer(name),
        recipe: { ...PLAIN_RECIPE, learningRate, seed },
      });
      trials.push({ learningRate, trial });
      onTrial();
    }
    results.push(bestOf(name, trials));
  }
  return results;
}

function bestOf(
  name: string,
  trials: readonly { learningRate: number; trial: Trial }[],
): OptimizerResult {
  const lossOf = ({ diverged, epochs }: Trial) =>
    diverged ? undefined : epochs.at(-1)?.validationLoss;
  const { learningRate, trial } = trials.toSorted((a, b) =>
    (lossOf(a.trial) ?? Infinity) - (lossOf(b.trial) ?? Infinity)
  )[0]!;
  return {
    name,
    learningRate,
    tried: trials.map(({ learningRate, trial }) => ({
      learningRate,
      validationLoss: lossOf(trial),
    })),
    epochs: trial.epochs,
    test: trial.test,
    secondsPerStep: trial.seconds / trial.losses.length,
  };
}
