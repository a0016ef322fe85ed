/** A training run from labelled descriptors to a model state. @module */

import { DivergedError } from "../errors.ts";
import { type HeadSpec, kindOf } from "../heads/kinds.ts";
import { type Examples, labelsOf, rowsPerExample } from "../model/examples.ts";
import {
  type ModelState,
  momentsFrom,
  parametersFrom,
} from "../model/state.ts";
import { createOptimizer } from "../optim/registry.ts";
import { learningRateFactor } from "../optim/schedule.ts";
import {
  addStep,
  type Best,
  type BestEpoch,
  emptySums,
  type EpochRecord,
  type EpochSums,
  hasLostPatience,
  recordOf,
  validationLoss,
} from "./epochs.ts";
import { fit, type Progress, stepsOf } from "./fit.ts";
import { computeOutputs, headMetrics } from "./metrics.ts";
import { finish, type Outcome } from "./outcome.ts";
import type { Recipe, Rows, TrainingPlan, TrainingRecord } from "./plan.ts";
import { crossValidate } from "./cross_validate.ts";
import { trainingRecord } from "./resume.ts";
import { measureStandardization } from "./standardize.ts";
import {
  createTrainer,
  detach,
  initialize,
  restore,
  type Trainer,
} from "./trainer.ts";

/** The caller's part in a run: callbacks, a signal, threads. */
export interface RunHooks {
  readonly signal?: AbortSignal;
  /** Threads to train with, default 1; the model does not depend on them. */
  readonly threads?: number;
  onStep?(progress: Progress, sums: EpochSums): void;
  onEpoch?(record: EpochRecord): void;
  /** Called before the cross-validation trains on all folds but this one, from 0. */
  onFold?(fold: number): void;
}

/**
 * Trains a model, or goes on with one that was stopped.
 *
 * A run that is interrupted or diverges still has a state: that after its last
 * good step.
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
    heads: resumed?.sizes.heads ?? measuredHeads(examples, rows.train),
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
    ? begin(trainer, examples, rows.train, plan.recipe.seed)
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

/** The heads, their scales measured on the labels of `rows`. */
export function measuredHeads(
  examples: Examples,
  rows: Uint32Array,
): HeadSpec[] {
  return examples.heads.map((head, h) =>
    kindOf(head).measured(head, labelsOf(examples, rows, h))
  );
}

/** The state of a run, besides what is in the trainer's memory. */
interface RunState {
  step: number;
  readonly history: EpochRecord[];
  sums: EpochSums;
  best?: Best;
}

function begin(
  trainer: Trainer,
  examples: Examples,
  rows: Uint32Array,
  seed: number,
): RunState {
  initialize(trainer.network, seed);
  const { parts } = examples;
  measureStandardization(examples, rows, parts, trainer.standardization);
  return {
    step: 0,
    history: [],
    sums: emptySums(examples.heads.length),
  };
}

function goOn(trainer: Trainer, state: ModelState): RunState {
  restore(trainer, state);
  trainer.standardization.mean.set(state.standardization.mean);
  trainer.standardization.inverseDeviation.set(
    state.standardization.inverseDeviation,
  );
  const { step, history, sums, best } = trainingRecord(state);
  // A finished model holds the best weights themselves, as finishing rounded them.
  return {
    step,
    history: [...history],
    sums: structuredClone(sums),
    ...(best && { best: { ...best, snapshot: state.best ?? state } }),
  };
}

/** Takes steps until the end, an interruption or divergence, which is returned. */
async function advance(
  trainer: Trainer,
  examples: Examples,
  rows: Rows,
  { recipe, headWeights }: TrainingPlan,
  run: RunState,
  { signal, onStep, onEpoch }: RunHooks,
): Promise<DivergedError | undefined> {
  if (isOver(run, recipe)) return undefined;
  const { kernels, network, workspace } = trainer;
  const { heads } = network.sizes;
  try {
    await fit(trainer, examples, rows.train, recipe, run.step, {
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
    });
  } catch (error) {
    if (error instanceof DivergedError) return error;
    throw error;
  }
}

/** Sets the weights aside if no epoch was better on the validation images. */
function noteBest(
  { network, state, optimizer }: Trainer,
  run: RunState,
  record: EpochRecord,
  { keep, patience }: Recipe,
): void {
  const loss = validationLoss(record);
  if (keep === "last" && patience === 0) return;
  if (!(loss < (run.best?.loss ?? Infinity))) return;
  run.best = {
    epoch: record.epoch,
    loss,
    snapshot: {
      parameters: parametersFrom(network),
      moments: momentsFrom(state, optimizer.slots),
    },
  };
}

function isOver({ history, best }: RunState, { patience }: Recipe): boolean {
  return hasLostPatience(history, best, patience);
}

function bestEpochOf({ epoch, loss }: Best): BestEpoch {
  return { epoch, loss };
}
