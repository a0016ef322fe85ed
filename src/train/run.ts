/** A training run from labelled descriptors to a model state. @module */

import { type Examples, rowsPerExample } from "../model/examples.ts";
import type { ModelState, Snapshot } from "../model/state.ts";
import { createOptimizer } from "../optim/registry.ts";
import { advance, type EpochHooks } from "./advance.ts";
import { crossValidate } from "./cross_validate.ts";
import { stepsOf } from "./fit.ts";
import type { Origin } from "./origin.ts";
import { finish, type Outcome } from "./outcome.ts";
import type { Rows, TrainingPlan, TrainingRecord } from "./plan.ts";
import {
  begin,
  bestEpochOf,
  goOn,
  headsOfRun,
  isOver,
  type RunState,
} from "./run_state.ts";
import { createTrainer, detach, type Trainer } from "./trainer.ts";

/** The caller's part in a run: a model to begin with, callbacks, a signal, threads. */
export interface RunHooks extends EpochHooks {
  /** The model that the plan begins with, where it names one. */
  readonly from?: Origin;
  /** Threads to train with, default 1; the model does not depend on them. */
  readonly threads?: number;
  /** Called before the cross-validation trains on all folds but this one, from 0. */
  onFold?(fold: number): void;
}

/**
 * Trains a model, from random weights or from the trunk of another one, or goes on
 * with one that was stopped.
 *
 * A run that is interrupted or diverges still has a state: that after its last
 * good step.
 *
 * @throws {TypeError} If the plan begins with a model that is not given.
 * @throws {DataError} If that model's trunk cannot see these examples.
 * @throws {RangeError} If its trunk is not the plan's.
 */
export async function runTraining(
  examples: Examples,
  rows: Rows,
  plan: TrainingPlan,
  resumed: ModelState | undefined,
  hooks: RunHooks = {},
): Promise<Outcome> {
  using trainer = await trainerFor(examples, rows, plan, resumed, hooks);
  const run = resumed === undefined
    ? begin(trainer, examples, rows.train, plan, hooks.from)
    : goOn(trainer, resumed);
  const error = await advance(trainer, examples, rows, plan, run, hooks);

  const record = recordOfRun(examples, rows, plan, run);
  const snapshot = run.best?.snapshot;
  const stopped = (end: Pick<Outcome, "ended" | "error">) =>
    unfinished(trainer, examples, record, snapshot, end);
  if (error !== undefined) return stopped({ ended: "diverged", error });
  if (record.step < record.steps && !isOver(run, plan.recipe)) {
    return stopped({ ended: "interrupted" });
  }
  if (rows.folds === undefined) {
    return finish(trainer, examples, rows, snapshot, record);
  }
  const validated = await crossValidate(rows, (rows, fold) => {
    hooks.onFold?.(fold);
    return runTraining(examples, rows, plan, undefined, hooks);
  });
  if ("ended" in validated) return stopped(validated);
  return finish(trainer, examples, rows, snapshot, record, validated);
}

/** Allocates what the plan needs, with the resumed model's heads or those of the rows. */
function trainerFor(
  examples: Examples,
  rows: Rows,
  plan: TrainingPlan,
  resumed: ModelState | undefined,
  { from, threads }: RunHooks,
): Promise<Trainer> {
  const { hidden, optimizer: { name, options }, recipe } = plan;
  const heads = resumed?.sizes.heads ??
    headsOfRun(examples, rows.train, plan, from);
  return createTrainer(
    { inputs: examples.inputs, hidden, heads },
    createOptimizer(name, options),
    recipe.batchSize,
    threads,
    rowsPerExample(examples),
  );
}

/** The record of a run so far, as a state keeps it. */
function recordOfRun(
  examples: Examples,
  rows: Rows,
  plan: TrainingPlan,
  run: RunState,
): TrainingRecord {
  return {
    plan,
    dataset: { hash: examples.hash, images: examples.length },
    step: run.step,
    steps: stepsOf(plan.recipe, rows.train.length),
    history: run.history,
    sums: run.sums,
    ...(run.best && { best: bestEpochOf(run.best) }),
  };
}

/** The outcome of a run that can be resumed: the state after its last good step. */
function unfinished(
  trainer: Trainer,
  examples: Examples,
  record: TrainingRecord,
  best: Snapshot | undefined,
  { ended, error }: Pick<Outcome, "ended" | "error">,
): Outcome {
  const { optimizer } = record.plan;
  return {
    state: {
      ...detach(trainer, examples.preprocessing, optimizer.name, record),
      ...(best && { best }),
    },
    record,
    ended,
    ...(error && { error }),
  };
}
