/** A training run from labelled descriptors to a model state. @module */

import { DivergedError } from "../errors.ts";
import { type Examples, rowsPerExample } from "../model/examples.ts";
import type { ModelState } from "../model/state.ts";
import { createOptimizer } from "../optim/registry.ts";
import { learningRateFactor } from "../optim/schedule.ts";
import { crossValidate } from "./cross_validate.ts";
import {
  addStep,
  emptySums,
  type EpochRecord,
  type EpochSums,
  recordOf,
} from "./epochs.ts";
import { fit, type Progress, stepsOf } from "./fit.ts";
import { headsTraining } from "./frozen.ts";
import { computeOutputs, headMetrics } from "./metrics.ts";
import type { Origin } from "./origin.ts";
import { finish, type Outcome } from "./outcome.ts";
import type { Rows, TrainingPlan, TrainingRecord } from "./plan.ts";
import {
  begin,
  bestEpochOf,
  goOn,
  headsOfRun,
  isOver,
  noteBest,
  type RunState,
} from "./run_state.ts";
import { createTrainer, detach, type Trainer } from "./trainer.ts";

/** The caller's part in a run: a model to begin with, callbacks, a signal, threads. */
export interface RunHooks {
  /** The model that the plan begins with, where it names one. */
  readonly from?: Origin;
  readonly signal?: AbortSignal;
  /** Threads to train with, default 1; the model does not depend on them. */
  readonly threads?: number;
  onStep?(progress: Progress, sums: EpochSums): void;
  onEpoch?(record: EpochRecord): void;
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
  const sizes = {
    inputs: examples.inputs,
    hidden: plan.hidden,
    heads: resumed?.sizes.heads ??
      headsOfRun(examples, rows.train, plan, hooks.from),
  };
  const { name, options } = plan.optimizer;
  using trainer = await createTrainer(
    sizes,
    createOptimizer(name, options),
    plan.recipe.batchSize,
    hooks.threads,
    rowsPerExample(examples),
  );
  const run = resumed === undefined
    ? begin(trainer, examples, rows.train, plan, hooks.from)
    : goOn(trainer, resumed);
  const error = await advance(trainer, examples, rows, plan, run, hooks);

  const record: TrainingRecord = {
    plan,
    dataset: { hash: examples.hash, images: examples.length },
    step: run.step,
    steps: stepsOf(plan.recipe, rows.train.length),
    history: run.history,
    sums: run.sums,
    ...(run.best && { best: bestEpochOf(run.best) }),
  };
  const snapshot = run.best?.snapshot;
  const unfinished = (
    { ended, error }: Pick<Outcome, "ended" | "error">,
  ): Outcome => ({
    state: {
      ...detach(trainer, examples.preprocessing, plan.optimizer.name, record),
      ...(snapshot && { best: snapshot }),
    },
    record,
    ended,
    ...(error && { error }),
  });
  if (error !== undefined) return unfinished({ ended: "diverged", error });
  if (record.step < record.steps && !isOver(run, plan.recipe)) {
    return unfinished({ ended: "interrupted" });
  }
  if (rows.folds === undefined) {
    return finish(trainer, examples, rows, snapshot, record);
  }
  const validated = await crossValidate(rows, (rows, fold) => {
    hooks.onFold?.(fold);
    return runTraining(examples, rows, plan, undefined, hooks);
  });
  if ("ended" in validated) return unfinished(validated);
  return finish(trainer, examples, rows, snapshot, record, validated);
}

/** Takes steps until the end, an interruption or divergence, which is returned. */
async function advance(
  trainer: Trainer,
  examples: Examples,
  rows: Rows,
  { recipe, headWeights, from }: TrainingPlan,
  run: RunState,
  { signal, onStep, onEpoch }: RunHooks,
): Promise<DivergedError | undefined> {
  if (isOver(run, recipe)) return undefined;
  const { kernels, network, workspace } = trainer;
  const { heads } = network.sizes;
  const training = from?.trunk === "frozen"
    ? headsTraining(trainer, examples, recipe)
    : { trainer, examples, recipe, fill: undefined };
  try {
    const { step } = run;
    await fit(
      training.trainer,
      training.examples,
      rows.train,
      training.recipe,
      step,
      {
        ...(training.fill && { fill: training.fill }),
        ...(signal && { signal }),
        headWeights: heads.map(({ name }) => headWeights[name] ?? 1),
        onStep(progress) {
          run.step = progress.step;
          const { losses, rows } = progress;
          addStep(run.sums, network, workspace, losses, rows);
          onStep?.(progress, run.sums);
        },
        onEpoch({ epoch, step, steps }) {
          const { schedule, learningRate } = recipe;
          const factor = learningRateFactor(kernels, schedule, step, steps);
          const held = rows.validation.length === 0 ? undefined : headMetrics(
            kernels,
            heads,
            computeOutputs(trainer, examples, rows.validation),
          );
          const record = recordOf(
            run.sums,
            network.sizes,
            epoch,
            learningRate * factor,
            held,
          );
          run.history.push(record);
          run.sums = emptySums(heads.length);
          noteBest(trainer, run, record, recipe);
          onEpoch?.(record);
          return isOver(run, recipe) ? "stop" : undefined;
        },
      },
    );
  } catch (error) {
    if (error instanceof DivergedError) return error;
    throw error;
  }
}
