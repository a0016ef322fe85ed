/** The epochs of a run: steps, and the record of each epoch. @module */

import { DivergedError } from "../errors.ts";
import type { Examples } from "../model/examples.ts";
import { learningRateFactor } from "../optim/schedule.ts";
import {
  addStep,
  emptySums,
  type EpochRecord,
  type EpochSums,
  recordOf,
} from "./epochs.ts";
import { fit, type FitOptions, type Progress } from "./fit.ts";
import { headsTraining } from "./frozen.ts";
import { computeOutputs, headMetrics } from "./metrics.ts";
import type { Recipe, Rows, TrainingPlan } from "./plan.ts";
import { isOver, noteBest, type RunState } from "./run_state.ts";
import type { Trainer } from "./trainer.ts";

/** Calls during a run, and its interruption. */
export interface EpochHooks {
  readonly signal?: AbortSignal;
  onStep?(progress: Progress, sums: EpochSums): void;
  onEpoch?(record: EpochRecord): void;
}

/** Takes steps until the end, an interruption or divergence, which is returned. */
export async function advance(
  trainer: Trainer,
  examples: Examples,
  rows: Rows,
  { recipe, headWeights, from }: TrainingPlan,
  run: RunState,
  { signal, onStep, onEpoch }: EpochHooks,
): Promise<DivergedError | undefined> {
  if (isOver(run, recipe)) return undefined;
  const { network, workspace } = trainer;
  const training = from?.trunk === "frozen"
    ? headsTraining(trainer, examples, recipe)
    : { trainer, examples, recipe, fill: undefined };
  const options: FitOptions = {
    ...(training.fill && { fill: training.fill }),
    ...(signal && { signal }),
    headWeights: network.sizes.heads.map(({ name }) => headWeights[name] ?? 1),
    onStep(progress) {
      run.step = progress.step;
      addStep(run.sums, network, workspace, progress.losses, progress.rows);
      onStep?.(progress, run.sums);
    },
    onEpoch(progress) {
      const { validation } = rows;
      const record = endEpoch(
        trainer,
        examples,
        validation,
        recipe,
        run,
        progress,
      );
      onEpoch?.(record);
      return isOver(run, recipe) ? "stop" : undefined;
    },
  };
  try {
    await fit(
      training.trainer,
      training.examples,
      rows.train,
      training.recipe,
      run.step,
      options,
    );
  } catch (error) {
    if (error instanceof DivergedError) return error;
    throw error;
  }
}

/** Measures an epoch, adds its record to the run, and keeps its weights if they are the best. */
function endEpoch(
  trainer: Trainer,
  examples: Examples,
  validation: Uint32Array,
  recipe: Recipe,
  run: RunState,
  { epoch, step, steps }: Progress,
): EpochRecord {
  const { kernels, network: { sizes } } = trainer;
  const factor = learningRateFactor(kernels, recipe.schedule, step, steps);
  const held = validation.length === 0 ? undefined : headMetrics(
    kernels,
    sizes.heads,
    computeOutputs(trainer, examples, validation),
  );
  const record = recordOf(
    run.sums,
    sizes,
    epoch,
    recipe.learningRate * factor,
    held,
  );
  run.history.push(record);
  run.sums = emptySums(sizes.heads.length);
  noteBest(trainer, run, record, recipe);
  return record;
}
