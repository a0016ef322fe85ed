/** One short training run of a comparison: what it cost and what it came to. @module */

import { DivergedError } from "../../errors.ts";
import type { HeadOutputs, Metrics } from "../../heads/head.ts";
import type { HeadSpec } from "../../heads/kinds.ts";
import type { Examples } from "../../model/examples.ts";
import { parameterCount } from "../../model/sizes.ts";
import type { Optimizer } from "../../optim/optimizer.ts";
import { validationLoss } from "../../train/epochs.ts";
import { fit, stepsOf } from "../../train/fit.ts";
import { computeOutputs, headMetrics } from "../../train/metrics.ts";
import type { Recipe, Rows } from "../../train/plan.ts";
import { measuredHeads } from "../../train/run_state.ts";
import { measureStandardization } from "../../train/standardize.ts";
import { createTrainer, initialize } from "../../train/trainer.ts";
import { mean } from "../statistics.ts";

/** The examples and rows that a comparison trains networks on. */
export interface Material {
  readonly examples: Examples;
  readonly rows: Rows;
  readonly signal: AbortSignal | undefined;
}

/** The network to train, and how. */
export interface TrialPlan {
  /** Widths of the trunk. */
  readonly hidden: readonly number[];
  readonly optimizer: Optimizer;
  readonly recipe: Recipe;
}

/** Losses and metrics after an epoch. */
export interface EpochPoint {
  /** From 1. */
  readonly epoch: number;
  /** Mean training loss of the epoch's steps, Σ Lₕ. */
  readonly loss: number;
  /** The same on the validation images. */
  readonly validationLoss: number;
  /** By the head's name. */
  readonly validation: Readonly<Record<string, Metrics>>;
}

/** The course of a trial. */
export interface Trial {
  readonly heads: readonly HeadSpec[];
  readonly parameters: number;
  readonly seconds: number;
  readonly steps: number;
  /** Σ Lₕ of every step taken. */
  readonly losses: readonly number[];
  readonly epochs: readonly EpochPoint[];
  readonly diverged: boolean;
  /** Metrics on the test images, not calibrated, by the head's name. */
  readonly test: Readonly<Record<string, Metrics>>;
  /** The outputs of every head for the test images. */
  readonly outputs: readonly HeadOutputs[];
}

/**
 * Trains from random weights and looks at the test images once.
 *
 * @throws The signal's reason if it aborts.
 */
export async function runTrial(
  { examples, rows, signal }: Material,
  { hidden, optimizer, recipe }: TrialPlan,
): Promise<Trial> {
  const { inputs, parts } = examples;
  const heads = measuredHeads(examples, rows.train);
  const sizes = { inputs, hidden, heads };
  using trainer = await createTrainer(sizes, optimizer, recipe.batchSize);
  initialize(trainer.network, recipe.seed);
  measureStandardization(examples, rows.train, parts, trainer.standardization);
  const metricsOf = (outputs: readonly HeadOutputs[]) =>
    headMetrics(trainer.kernels, heads, outputs);
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
      const outputs = computeOutputs(trainer, examples, rows.validation);
      const validation = metricsOf(outputs);
      epochs.push({
        epoch,
        loss: mean(losses.slice(first)),
        validationLoss: validationLoss({ validation }),
        validation,
      });
      first = losses.length;
      pause += performance.now() - looking;
    },
  });
  const diverged = await whetherDiverged(fitting);
  const seconds = (performance.now() - start - pause) / 1000;
  signal?.throwIfAborted();
  const outputs = computeOutputs(trainer, examples, rows.test);
  return {
    heads,
    parameters: parameterCount(sizes),
    seconds,
    steps: stepsOf(recipe, rows.train.length),
    losses,
    epochs,
    diverged,
    test: metricsOf(outputs),
    outputs,
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
