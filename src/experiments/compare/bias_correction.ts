/** Adam with and without its bias correction. @module */

import type { Kernels } from "../../kernels/mod.ts";
import { adam } from "../../optim/adam.ts";
import type { Optimizer, TensorUpdate } from "../../optim/optimizer.ts";
import { mean } from "../statistics.ts";
import { type StepTrace, watched } from "./adam_steps.ts";
import { PLAIN_RECIPE } from "./recipe.ts";
import { type Material, runTrial } from "./trial.ts";

/** Runs at one β₂, with and without the correction. */
export interface BiasCorrectionResult {
  readonly beta2: number;
  readonly runs: readonly {
    readonly learningRate: number;
    readonly corrected: AdamRun;
    readonly uncorrected: AdamRun;
  }[];
}

/** One training; lists are shorter where it diverged. */
export interface AdamRun {
  /** Loss of every step. */
  readonly losses: readonly number[];
  readonly steps: StepTrace;
}

/** β₁ of all runs. */
export const BETA1 = 0.9;
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
  hidden: readonly number[],
  seed: number,
  onTrial: () => void,
): Promise<BiasCorrectionResult[]> {
  const train = async (adam: Optimizer, learningRate: number) => {
    const { optimizer, trace } = watched(adam);
    const { losses } = await runTrial(material, {
      hidden,
      optimizer,
      recipe: { ...PLAIN_RECIPE, epochs: 3, learningRate, seed },
    });
    onTrial();
    return { losses, steps: trace };
  };
  const results: BiasCorrectionResult[] = [];
  for (const beta2 of BETA2) {
    const runs: BiasCorrectionResult["runs"][number][] = [];
    for (const learningRate of BIAS_LEARNING_RATES) {
      runs.push({
        learningRate,
        corrected: await train(adam({ beta1: BETA1, beta2 }), learningRate),
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
  const { name, options, slots } = adam({ beta1: BETA1, beta2 });
  const { epsilon } = options as { epsilon: number };
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
        BETA1,
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
