/** One short training run of a comparison: what it cost and what it came to. @module */

import { DivergedError } from "../../errors.ts";
import { parameterCount, type Sizes } from "../../model/sizes.ts";
import type { Optimizer } from "../../optim/optimizer.ts";
import type { Examples } from "../../train/batch.ts";
import {
  type CompositeLogits,
  computeLogits,
  indexOfLargest,
  scoreLogits,
} from "../../train/evaluate.ts";
import { fit, type Recipe, stepsOf } from "../../train/fit.ts";
import type { Rows } from "../../train/plan.ts";
import { measureStandardization } from "../../train/standardize.ts";
import {
  createTrainer,
  initialize,
  type Trainer,
} from "../../train/trainer.ts";

/** What to train, and how. */
export interface TrialPlan {
  readonly sizes: Sizes;
  readonly optimizer: Optimizer;
  readonly recipe: Recipe;
}

/** Validation figures after an epoch. */
export interface EpochPoint {
  /** From 1. */
  readonly epoch: number;
  /** Mean training loss of the epoch's steps, L_domain + L_item. */
  readonly loss: number;
  /** The same on the validation pictures. */
  readonly validationLoss: number;
  readonly validationItem: number;
}

/** How a trial went. */
export interface Trial {
  readonly parameters: number;
  readonly seconds: number;
  readonly steps: number;
  /** L_domain + L_item of every step taken. */
  readonly losses: readonly number[];
  readonly epochs: readonly EpochPoint[];
  readonly diverged: boolean;
  /** Logits of the test pictures. */
  readonly test: CompositeLogits;
}

/** What every comparison works on. */
export interface Material {
  readonly examples: Examples;
  /** Lengths of the parts of a descriptor that are standardized together. */
  readonly parts: readonly number[];
  readonly rows: Rows;
  readonly signal: AbortSignal | undefined;
}

/**
 * Trains from random weights and looks at the test pictures once.
 *
 * @throws The signal's reason if it aborts.
 */
export async function runTrial(
  { examples, parts, rows, signal }: Material,
  { sizes, optimizer, recipe }: TrialPlan,
): Promise<Trial> {
  using trainer = await createTrainer(sizes, optimizer, recipe.batchSize);
  initialize(trainer.network, recipe.seed);
  measureStandardization(examples, rows.train, parts, trainer.standardization);
  const losses: number[] = [];
  const epochs: EpochPoint[] = [];
  let first = 0;
  let pause = 0;
  const start = performance.now();
  const fitting = fit(trainer, examples, rows.train, recipe, 0, {
    ...(signal && { signal }),
    onStep: (progress) => void losses.push(progress.losses.total),
    onEpoch({ epoch }) {
      const looking = performance.now();
      epochs.push({
        epoch,
        loss: mean(losses.slice(first)),
        ...validate(trainer, examples, rows.validation),
      });
      first = losses.length;
      pause += performance.now() - looking;
    },
  });
  const diverged = await whetherDiverged(fitting);
  signal?.throwIfAborted();
  return {
    parameters: parameterCount(sizes),
    seconds: (performance.now() - start - pause) / 1000,
    steps: stepsOf(recipe, rows.train.length),
    losses,
    epochs,
    diverged,
    test: computeLogits(trainer, examples, rows.test),
  };
}

async function whetherDiverged(fitting: Promise<unknown>): Promise<boolean> {
  try {
    await fitting;
    return false;
  } catch (error) {
    if (error instanceof DivergedError) return true;
    throw error;
  }
}

function validate(trainer: Trainer, examples: Examples, rows: Uint32Array) {
  const logits = computeLogits(trainer, examples, rows);
  const { domain, item } = scoreLogits(trainer.kernels, logits);
  return {
    validationLoss: domain.loss + item.loss,
    validationItem: item.accuracy,
  };
}

/** The mean of some numbers; 0 of none. */
export function mean(values: readonly number[]): number {
  if (values.length === 0) return 0;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The class with the largest logit, per row. */
export function decisions(
  { logits, classes, labels }: CompositeLogits["item"],
): Int32Array {
  return labels.map((_, n) =>
    indexOfLargest(logits.subarray(n * classes, (n + 1) * classes))
  );
}

/** Share of rows whose decision is their label; 0 where there are none. */
export function shareRight(
  decided: ArrayLike<number>,
  labels: Int32Array,
): number {
  if (labels.length === 0) return 0;
  let right = 0;
  labels.forEach((label, n) => {
    if (decided[n] === label) right++;
  });
  return right / labels.length;
}
