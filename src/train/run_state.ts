/** The state of a training run: its start, its resumption, and its best epoch. @module */

import { type HeadSpec, kindOf } from "../heads/kinds.ts";
import { type Examples, labelsOf } from "../model/examples.ts";
import {
  type ModelState,
  momentsFrom,
  parametersFrom,
} from "../model/state.ts";
import {
  type Best,
  type BestEpoch,
  emptySums,
  type EpochRecord,
  type EpochSums,
  hasLostPatience,
  validationLoss,
} from "./epochs.ts";
import { checkOrigin, headsAfter, type Origin, takeOver } from "./origin.ts";
import type { Recipe, TrainingPlan } from "./plan.ts";
import { trainingRecord } from "./resume.ts";
import { measureStandardization } from "./standardize.ts";
import { initialize, restore, type Trainer } from "./trainer.ts";

/** The heads, their scales measured on the labels of `rows`. */
export function measuredHeads(
  examples: Examples,
  rows: Uint32Array,
): HeadSpec[] {
  return examples.heads.map((head, h) =>
    kindOf(head).measured(head, labelsOf(examples, rows, h))
  );
}

/** The heads of a new run: those of the model that it begins with, if they are the same. */
export function headsOfRun(
  examples: Examples,
  rows: Uint32Array,
  plan: TrainingPlan,
  from: Origin | undefined,
): HeadSpec[] {
  const heads = measuredHeads(examples, rows);
  if (plan.from === undefined) return heads;
  if (from === undefined) {
    throw new TypeError(
      `Cannot begin with another model's trunk: expected the model ${plan.from.sha256}, got none`,
    );
  }
  checkOrigin(from, plan, examples);
  return headsAfter(from, heads);
}

/** The state of a run, besides what is in the trainer's memory. */
export interface RunState {
  step: number;
  readonly history: EpochRecord[];
  sums: EpochSums;
  best?: Best;
}

/** Begins a run: from random weights, or from the trunk of another model. */
export function begin(
  trainer: Trainer,
  examples: Examples,
  rows: Uint32Array,
  plan: TrainingPlan,
  from: Origin | undefined,
): RunState {
  initialize(trainer.network, plan.recipe.seed);
  if (plan.from !== undefined) takeOver(trainer, from!, plan.from.trunk);
  else {
    const { parts } = examples;
    measureStandardization(examples, rows, parts, trainer.standardization);
  }
  return {
    step: 0,
    history: [],
    sums: emptySums(examples.heads.length),
  };
}

/** Resumes a run that was stopped. */
export function goOn(trainer: Trainer, state: ModelState): RunState {
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

/** Sets the weights aside if no epoch was better on the validation images. */
export function noteBest(
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

/** Whether the run ends before its last epoch. */
export function isOver(
  { history, best }: RunState,
  { patience }: Recipe,
): boolean {
  return hasLostPatience(history, best, patience);
}

/** The best epoch without its weights. */
export function bestEpochOf({ epoch, loss }: Best): BestEpoch {
  return { epoch, loss };
}
