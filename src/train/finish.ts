/** The end of a training run: calibration, figures, memory, and the state that is kept. @module */

import type { DivergedError } from "../errors.ts";
import type { Kernels } from "../kernels/mod.ts";
import { roundNetwork } from "../model/quantize.ts";
import {
  type Calibration,
  loadMoments,
  loadParameters,
  type ModelState,
  momentsFrom,
  parametersFrom,
  type Snapshot,
} from "../model/state.ts";
import { calibrated, fitCalibration, neutralCalibration } from "./calibrate.ts";
import { calibrateFolds } from "./cross_validate.ts";
import {
  type CompositeLogits,
  computeLogits,
  scoreLogits,
} from "./evaluate.ts";
import { type Figures, figuresOf } from "./figures.ts";
import { rememberExamples } from "./memory.ts";
import type { NamedExamples, Rows, TrainingRecord } from "./plan.ts";
import type { HeldOut } from "../report/run.ts";
import type { Evaluator, Trainer } from "./trainer.ts";

/** Pictures kept of every (domain, item) for replay, and of the validation pictures as a guard. */
const KEPT = { replay: 3, guard: 2 };

/** How a run ended. */
export interface Outcome {
  readonly state: ModelState;
  readonly record: TrainingRecord;
  readonly ended: "finished" | "interrupted" | "diverged";
  /** What the finished model said of the pictures it was not trained on. */
  readonly validation?: HeldOut;
  readonly test?: HeldOut;
  /** What the models of the cross-validation said of the folds, in the folds' order. */
  readonly crossValidation?: HeldOut;
  /** What the finished model said of the test pictures, uncalibrated. */
  readonly testLogits?: CompositeLogits;
  readonly error?: DivergedError;
}

/**
 * Rounds a model that was trained to the end to what is served of it, calibrates
 * and scores that, and gives it its memory. Its calibration is the one that fits
 * the pooled logits of a cross-validation where there was one, else the one that
 * fits the validation pictures.
 */
export function finish(
  trainer: Trainer,
  examples: NamedExamples,
  rows: Rows,
  best: Snapshot | undefined,
  unfinished: TrainingRecord,
  pooled?: CompositeLogits,
): Outcome {
  const { seed, keep } = unfinished.plan.recipe;
  if (keep === "best" && best !== undefined) restore(trainer, best);
  roundNetwork(trainer.network);
  const { kernels } = trainer;
  const logits = computeLogits(trainer, examples, rows.validation);
  const calibration = fitCalibration(kernels, pooled ?? logits);
  const judgement = (
    logits: CompositeLogits,
    final = calibrated(logits, calibration),
  ) => judge(kernels, logits, final, examples.domains);
  const validation = judgement(logits);
  const testLogits = computeLogits(trainer, examples, rows.test);
  const test = judgement(testLogits);
  const crossValidation = pooled &&
    judgement(pooled, calibrateFolds(kernels, pooled, rows.folds!));
  const record: TrainingRecord = {
    ...unfinished,
    figures: {
      ...(validation && { validation: validation.figures }),
      ...(test && { test: test.figures }),
      ...(crossValidation && { crossValidation: crossValidation.figures }),
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
      ...detach(trainer, examples, record),
      calibration,
      ...(replay && { replay }),
      ...(guard && { guard }),
    },
    ...(validation && { validation: validation.heldOut }),
    ...(test && { test: test.heldOut, testLogits }),
    ...(crossValidation && { crossValidation: crossValidation.heldOut }),
  };
}

/**
 * Scores the plain views of `rows`, calibrated where a calibration is given;
 * undefined where there are none.
 */
export function evaluateRows(
  evaluator: Evaluator,
  examples: NamedExamples,
  rows: Uint32Array,
  calibration?: Calibration,
): Figures | undefined {
  if (rows.length === 0) return undefined;
  const logits = computeLogits(evaluator, examples, rows);
  const final = calibration ? calibrated(logits, calibration) : logits;
  return figuresOf(
    scoreLogits(evaluator.kernels, final),
    logits.domain.labels,
    logits.item.labels,
    examples.domains,
  );
}

/** What a model said of pictures, and the figures of it. */
interface Judgement {
  readonly heldOut: HeldOut;
  readonly figures: Figures;
}

function judge(
  kernels: Kernels,
  logits: CompositeLogits,
  final: CompositeLogits,
  domains: readonly string[],
): Judgement | undefined {
  const labels = { domain: logits.domain.labels, item: logits.item.labels };
  if (labels.item.length === 0) return undefined;
  const evaluation = scoreLogits(kernels, final);
  return {
    heldOut: {
      labels,
      uncalibrated: scoreLogits(kernels, logits),
      calibrated: evaluation,
    },
    figures: figuresOf(evaluation, labels.domain, labels.item, domains),
  };
}

/** Copies parameters and moments into a trainer's memory. */
export function restore(
  { network, state, optimizer }: Trainer,
  { parameters, moments }: Snapshot,
): void {
  loadParameters(network, parameters);
  loadMoments(state, optimizer.slots, moments);
}

/** Copies a trainer's model out, not yet calibrated. */
export function detach(
  { network, state, optimizer, standardization }: Trainer,
  examples: NamedExamples,
  record: TrainingRecord,
): ModelState {
  return {
    sizes: network.sizes,
    labels: { domains: examples.domains, items: examples.items },
    preprocessing: examples.preprocessing,
    calibration: neutralCalibration(network.sizes),
    optimizer: { name: record.plan.optimizer.name, options: optimizer.options },
    training: { ...record },
    standardization: {
      mean: standardization.mean.slice(),
      inverseDeviation: standardization.inverseDeviation.slice(),
    },
    parameters: parametersFrom(network),
    moments: momentsFrom(state, optimizer.slots),
  };
}
