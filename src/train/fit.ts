/** A full training run: epochs of {@linkcode trainStep}. @module */

import { setImmediate } from "node:timers";
import { DivergedError } from "../errors.ts";
import type { Examples } from "../model/examples.ts";
import type { Random } from "../nn/prng.ts";
import { learningRateFactor } from "../optim/schedule.ts";
import {
  dropCells,
  epochOrder,
  type FillBatch,
  fillBatch,
  mirrorBatch,
  mixBatch,
  stepRandom,
} from "./batch.ts";
import type { Recipe } from "./plan.ts";
import type { Losses } from "./loss.ts";
import { type StepResult, trainStep } from "./step.ts";
import type { Trainer } from "./trainer.ts";

/** The progress of a run, after a step. */
export interface Progress {
  /** From 1. */
  readonly epoch: number;
  readonly step: number;
  readonly steps: number;
  /** Images in this step. */
  readonly rows: number;
  /** Images seen since this process began training. */
  readonly images: number;
  readonly losses: Losses;
  readonly gradientNorm: number | undefined;
}

/** The caller's options for a run, and the callbacks while it goes on. */
export interface FitOptions {
  /** wₕ of each head's loss, in the heads' order. */
  readonly headWeights?: readonly number[];
  /** Writes the examples of a step, by default {@linkcode fillBatch}. */
  readonly fill?: FillBatch;
  /** Stops the run after the current step. */
  readonly signal?: AbortSignal;
  /** Called after every step. */
  onStep?(progress: Progress): void;
  /** Called after the last step of every epoch; "stop" ends the run. */
  onEpoch?(progress: Progress): void | "stop";
}

/** Milliseconds for which training may block the event loop. A timer would release it for 2 ms (measured). */
const SLICE_MS = 50;

/** Steps of a whole run. A last batch that is not full is a step as well. */
export function stepsOf(recipe: Recipe, images: number): number {
  return recipe.epochs * Math.ceil(images / recipe.batchSize);
}

/**
 * Trains on `rows` of the examples from step `from` (0 for a fresh run) to the
 * end, and returns the number of the last step taken.
 *
 * What a step draws depends on the seed and its own number alone, so a run that
 * was stopped anywhere and goes on from there ends in the same bits.
 *
 * @throws {DivergedError} If loss or gradient are no longer finite; parameters and
 * moments are then those of the last good step.
 */
export async function fit(
  trainer: Trainer,
  examples: Examples,
  rows: ArrayLike<number>,
  recipe: Recipe,
  from: number,
  options: FitOptions = {},
): Promise<number> {
  const { signal, onStep, onEpoch } = options;
  const perEpoch = Math.ceil(rows.length / recipe.batchSize);
  const steps = stepsOf(recipe, rows.length);
  let images = 0;
  let yielded = performance.now();
  let order: Uint32Array = new Uint32Array();
  for (let step = from + 1; step <= steps; step++) {
    if (signal?.aborted) return step - 1;
    const epoch = Math.floor((step - 1) / perEpoch);
    const position = (step - 1) % perEpoch;
    if (position === 0 || step === from + 1) {
      order = epochOrder(rows.length, recipe.seed, epoch);
    }
    const start = position * recipe.batchSize;
    const batch = order.slice(start, start + recipe.batchSize).map((index) =>
      rows[index]!
    );
    const progress = {
      epoch: epoch + 1,
      step,
      steps,
      rows: batch.length,
      images: images += batch.length,
      ...fitStep(trainer, examples, batch, recipe, step, steps, options),
    };
    onStep?.(progress);
    if (position === perEpoch - 1 && onEpoch?.(progress) === "stop") {
      return step;
    }
    if (performance.now() - yielded > SLICE_MS) {
      await new Promise((resolve) => setImmediate(resolve));
      yielded = performance.now();
    }
  }
  return steps;
}

function fitStep(
  trainer: Trainer,
  examples: Examples,
  batch: Uint32Array,
  recipe: Recipe,
  step: number,
  steps: number,
  { headWeights, fill = fillBatch }: FitOptions,
): StepResult {
  const random = stepRandom(recipe.seed, step);
  drawBatch(trainer, examples, batch, recipe, random, fill);
  const { schedule, maxGradientNorm } = recipe;
  const result = trainStep(trainer, batch.length, {
    learningRate: recipe.learningRate *
      learningRateFactor(trainer.kernels, schedule, step, steps),
    maxGradientNorm: maxGradientNorm > 0 ? maxGradientNorm : Infinity,
    labelSmoothing: recipe.labelSmoothing,
    headWeights,
    inputDropout: recipe.inputDropout,
    hiddenDropout: recipe.hiddenDropout,
    random: () => random.uint32(),
  });
  if (!result.finite) {
    throw new DivergedError(
      `Cannot continue training after step ${
        step - 1
      }: expected a finite loss and gradient, got ` +
        `loss ${result.losses.total}`,
    );
  }
  return result;
}

/** Writes the examples of a step: of each a view drawn at random, mixed and with dropped cells. */
function drawBatch(
  trainer: Trainer,
  examples: Examples,
  batch: Uint32Array,
  { mixup, cellDropout }: Recipe,
  random: Random,
  fill: FillBatch,
): void {
  const { kernels, workspace } = trainer;
  const views = Uint32Array.from(batch, () => random.below(examples.views));
  fill(trainer, examples, batch, views);
  if (mixup > 0) mixBatch(kernels, workspace, batch.length, mixup, random);
  mirrorBatch(workspace, examples, batch.length);
  if (cellDropout > 0) {
    const rows = batch.length * workspace.activations.rowsPerExample;
    dropCells(workspace, examples.cells, rows, cellDropout, random);
  }
}
