/** A training run from labelled descriptors to a model state. @module */

import { DivergedError } from "../errors.ts";
import { descriptorParts, type Preprocessing } from "../image/descriptor.ts";
import {
  loadMoments,
  loadParameters,
  type ModelState,
  momentsFrom,
  parametersFrom,
} from "../model/state.ts";
import type { OptimizerOptions } from "../optim/optimizer.ts";
import { createOptimizer } from "../optim/registry.ts";
import { learningRateFactor } from "../optim/schedule.ts";
import type { Examples } from "./batch.ts";
import { fitTemperature } from "./calibrate.ts";
import { computeLogits, scoreLogits, type Temperature } from "./evaluate.ts";
import { type Figures, figuresOf } from "./figures.ts";
import { fit, type Progress, type Recipe, stepsOf } from "./fit.ts";
import {
  addStep,
  emptySums,
  type EpochRecord,
  type EpochSums,
  recordOf,
} from "./history.ts";
import { rememberExamples } from "./memory.ts";
import type { HeldOut } from "./report/run.ts";
import { measureStandardization } from "./standardize.ts";
import {
  createTrainer,
  type Evaluator,
  initialize,
  type Trainer,
} from "./trainer.ts";

/** Examples whose labels have names. */
export interface NamedExamples extends Examples {
  readonly domains: readonly string[];
  readonly items: readonly string[];
  readonly preprocessing: Preprocessing;
  /** Numbers in a descriptor. */
  readonly inputs: number;
  /** Sha-256 over pictures and labels. */
  readonly hash: string;
}

/** Which rows do what. */
export interface Rows {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
  readonly test: Uint32Array;
}

/** Everything that decides the outcome, besides the data. */
export interface TrainingPlan {
  /** Widths of the trunk. */
  readonly hidden: readonly number[];
  readonly optimizer: {
    readonly name: string;
    readonly options: OptimizerOptions;
  };
  readonly recipe: Recipe;
  /** How rows were split, for the record. */
  readonly split: string;
}

/** What a checkpoint says about its own training. */
export interface TrainingRecord {
  readonly plan: TrainingPlan;
  readonly dataset: { readonly hash: string; readonly images: number };
  /** Steps taken, of how many. */
  readonly step: number;
  readonly steps: number;
  readonly history: readonly EpochRecord[];
  /** Sums of the epoch that was under way. */
  readonly sums: EpochSums;
  /** Figures of the finished model. */
  readonly figures?: { readonly validation?: Figures; readonly test?: Figures };
}

/** How a run ended. */
export interface Outcome {
  readonly state: ModelState;
  readonly record: TrainingRecord;
  readonly ended: "finished" | "interrupted" | "diverged";
  /** What the finished model said of the pictures it was not trained on. */
  readonly validation?: HeldOut;
  readonly test?: HeldOut;
  readonly error?: DivergedError;
}

/** What the caller hears and says meanwhile. */
export interface RunHooks {
  readonly signal?: AbortSignal;
  /** Threads to train with, default 1; the model does not depend on them. */
  readonly threads?: number;
  onStep?(progress: Progress, sums: EpochSums): void;
  onEpoch?(record: EpochRecord): void;
}

/** Pictures kept of every (domain, item) for replay, and of the validation pictures as a guard. */
const KEPT = { replay: 3, guard: 2 };

const NEUTRAL: Temperature = { domain: 1, item: 1 };

/**
 * Trains a model, or goes on with one that was stopped.
 *
 * A run that is interrupted or diverges still has a state: that after its last
 * good step.
 */
export async function runTraining(
  examples: NamedExamples,
  rows: Rows,
  plan: TrainingPlan,
  resumed: ModelState | undefined,
  hooks: RunHooks = {},
): Promise<Outcome> {
  const { recipe } = plan;
  const sizes = {
    inputs: examples.inputs,
    hidden: plan.hidden,
    domains: examples.domains.length,
    items: examples.items.length,
  };
  const optimizer = createOptimizer(
    plan.optimizer.name,
    plan.optimizer.options,
  );
  using trainer = await createTrainer(
    sizes,
    optimizer,
    recipe.batchSize,
    hooks.threads,
  );
  const before = resumed?.training as TrainingRecord | undefined;
  if (resumed === undefined) {
    initialize(trainer.network, recipe.seed);
    const parts = descriptorParts(examples.preprocessing);
    measureStandardization(
      examples,
      rows.train,
      parts,
      trainer.standardization,
    );
  } else {
    restore(trainer, resumed);
  }

  const steps = stepsOf(recipe, rows.train.length);
  const history = [...before?.history ?? []];
  let sums = { ...before?.sums ?? emptySums() };
  let step = before?.step ?? 0;
  let error: DivergedError | undefined;
  try {
    await fit(trainer, examples, rows.train, recipe, step, {
      ...(hooks.signal && { signal: hooks.signal }),
      onStep(progress) {
        step = progress.step;
        addStep(
          sums,
          trainer.network,
          trainer.workspace,
          progress.losses,
          progress.rows,
        );
        hooks.onStep?.(progress, sums);
      },
      onEpoch({ epoch }) {
        const factor = learningRateFactor(
          trainer.kernels,
          recipe.schedule,
          step,
          steps,
        );
        const validation = evaluateRows(
          trainer,
          examples,
          rows.validation,
          NEUTRAL,
        )?.figures;
        history.push(
          recordOf(sums, epoch, recipe.learningRate * factor, validation),
        );
        hooks.onEpoch?.(history.at(-1)!);
        sums = emptySums();
      },
    });
  } catch (thrown) {
    if (!(thrown instanceof DivergedError)) throw thrown;
    error = thrown;
  }

  const record: TrainingRecord = {
    plan,
    dataset: { hash: examples.hash, images: examples.length },
    step,
    steps,
    history,
    sums,
  };
  const bare = detach(trainer, examples, plan, record);
  if (step < steps) {
    return {
      state: bare,
      record,
      ended: error === undefined ? "interrupted" : "diverged",
      ...(error && { error }),
    };
  }
  return finish(trainer, examples, rows, bare, record);
}

/** Calibrates and scores a model that was trained to the end, and gives it its memory. */
function finish(
  trainer: Trainer,
  examples: NamedExamples,
  rows: Rows,
  bare: ModelState,
  unfinished: TrainingRecord,
): Outcome {
  const { seed } = unfinished.plan.recipe;
  const temperature = fitTemperature(
    trainer.kernels,
    computeLogits(trainer, examples, rows.validation),
  );
  const validation = evaluateRows(
    trainer,
    examples,
    rows.validation,
    temperature,
  );
  const test = evaluateRows(trainer, examples, rows.test, temperature);
  const record: TrainingRecord = {
    ...unfinished,
    figures: {
      ...(validation && { validation: validation.figures }),
      ...(test && { test: test.figures }),
    },
  };
  const { inputs } = examples;
  const replay = rememberExamples(
    examples,
    rows.train,
    inputs,
    KEPT.replay,
    seed,
  );
  const guard = rememberExamples(
    examples,
    rows.validation,
    inputs,
    KEPT.guard,
    seed,
  );
  return {
    ended: "finished",
    record,
    state: {
      ...bare,
      temperature,
      training: { ...record },
      ...(replay && { replay }),
      ...(guard && { guard }),
    },
    ...(validation && { validation: validation.heldOut }),
    ...(test && { test: test.heldOut }),
  };
}

/** Scores the plain views of `rows`, and says what each head said; undefined where there are none. */
export function evaluateRows(
  evaluator: Evaluator,
  examples: NamedExamples,
  rows: Uint32Array,
  temperature: Temperature,
): { heldOut: HeldOut; figures: Figures } | undefined {
  if (rows.length === 0) return undefined;
  const logits = computeLogits(evaluator, examples, rows);
  const labels = { domain: logits.domain.labels, item: logits.item.labels };
  const calibrated = scoreLogits(evaluator.kernels, logits, temperature);
  return {
    heldOut: {
      labels,
      uncalibrated: scoreLogits(evaluator.kernels, logits, NEUTRAL),
      calibrated,
    },
    figures: figuresOf(
      calibrated,
      labels.domain,
      labels.item,
      examples.domains,
    ),
  };
}

function restore(trainer: Trainer, state: ModelState): void {
  loadParameters(trainer.network, state.parameters);
  loadMoments(trainer.state, trainer.optimizer.slots, state.moments);
  trainer.standardization.mean.set(state.standardization.mean);
  trainer.standardization.inverseDeviation.set(
    state.standardization.inverseDeviation,
  );
}

function detach(
  { network, state, optimizer, standardization }: Trainer,
  examples: NamedExamples,
  plan: TrainingPlan,
  record: TrainingRecord,
): ModelState {
  return {
    sizes: network.sizes,
    labels: { domains: examples.domains, items: examples.items },
    preprocessing: examples.preprocessing,
    temperature: NEUTRAL,
    optimizer: { name: plan.optimizer.name, options: optimizer.options },
    training: { ...record },
    standardization: {
      mean: standardization.mean.slice(),
      inverseDeviation: standardization.inverseDeviation.slice(),
    },
    parameters: parametersFrom(network),
    moments: momentsFrom(state, optimizer.slots),
  };
}
