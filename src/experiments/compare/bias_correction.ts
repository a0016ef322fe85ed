/** What Adam's bias correction is for: runs with and without it. @module */

import type { Kernels } from "../../kernels/mod.ts";
import type { Sizes } from "../../model/sizes.ts";
import { adam } from "../../optim/adam.ts";
import type { Optimizer, TensorUpdate } from "../../optim/optimizer.ts";
import { PLAIN_RECIPE } from "./recipe.ts";
import { type Material, mean, runTrial } from "./trial.ts";

/** Runs at one β₂, with and without the correction. */
export interface BiasCorrectionResult {
  readonly beta2: number;
  readonly runs: readonly {
    readonly learningRate: number;
    /** Loss of every step; shorter where a run diverged. */
    readonly corrected: readonly number[];
    readonly uncorrected: readonly number[];
  }[];
}

/** From the usual range to where the correction matters most. */
export const BETA2 = [0.99, 0.999, 0.9999] as const;
/** From careful to as much as the task bears. */
export const BIAS_LEARNING_RATES = [0.0003, 0.001, 0.003] as const;

/**
 * Trains with each β₂ and learning rate, with and without the correction;
 * `onTrial` is called after each run.
 *
 * Source: the experiment of Kingma, Ba 2015, §6.4 (arXiv:1412.6980).
 */
export async function compareBiasCorrection(
  material: Material,
  sizes: Sizes,
  seed: number,
  onTrial: () => void,
): Promise<BiasCorrectionResult[]> {
  const train = async (optimizer: Optimizer, learningRate: number) => {
    const trial = await runTrial(material, {
      sizes,
      optimizer,
      recipe: { ...PLAIN_RECIPE, epochs: 3, learningRate, seed },
    });
    onTrial();
    return trial.losses;
  };
  const results: BiasCorrectionResult[] = [];
  for (const beta2 of BETA2) {
    const runs: BiasCorrectionResult["runs"][number][] = [];
    for (const learningRate of BIAS_LEARNING_RATES) {
      runs.push({
        learningRate,
        corrected: await train(adam({ beta2 }), learningRate),
        uncorrected: await train(uncorrectedAdam(beta2), learningRate),
      });
    }
    results.push({ beta2, runs });
  }
  return results;
}

/**
 * Adam as if its moments had never started from zero.
 *
 *   θ ← θ − η · m / (√v + ε)
 */
export function uncorrectedAdam(beta2: number): Optimizer {
  const { name, options, slots } = adam({ beta2 });
  const { beta1, epsilon } = options as { beta1: number; epsilon: number };
  return {
    name,
    options,
    slots,
    update(kernels: Kernels, tensor: TensorUpdate): void {
      const { parameter, gradient, moments: [m, v], learningRate } = tensor;
      kernels.adam(
        parameter.byteOffset,
        gradient.byteOffset,
        m!.byteOffset,
        v!.byteOffset,
        parameter.length,
        learningRate,
        beta1,
        beta2,
        epsilon,
        1,
        0,
      );
    },
  };
}

/** Mean loss of a run's last twenty steps; undefined where it did not get so far. */
export function finalLoss(
  losses: readonly number[],
  steps: number,
): number | undefined {
  return losses.length < steps ? undefined : mean(losses.slice(-20));
}
