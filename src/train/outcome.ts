/** The end of a training run: calibration, metrics, memory, and the state that is kept. @module */

import type { DivergedError } from "../errors.ts";
import type { HeadOutputs } from "../heads/head.ts";
import { roundNetwork } from "../model/quantize.ts";
import type { Examples } from "../model/examples.ts";
import type { Calibration, ModelState, Snapshot } from "../model/state.ts";
import { rememberExamples } from "./memory.ts";
import {
  calibratedOutputs,
  calibrateFolds,
  computeOutputs,
  evaluateOutputs,
  type Evaluation,
  fitCalibration,
  metricsOf,
  type SetMetrics,
} from "./metrics.ts";
import type { Rows, TrainingRecord } from "./plan.ts";
import { detach, type Evaluator, restore, type Trainer } from "./trainer.ts";

/** Images kept of every group, and in all at least, for replay and as a guard. */
const KEPT = {
  replay: { perGroup: 3, least: 256 },
  guard: { perGroup: 2, least: 128 },
};

/** The metrics of a finished model, and what they were made of. */
interface Evaluations {
  /** The finished model's metrics on the validation images. */
  readonly validation?: Evaluation;
  readonly test?: Evaluation;
  /** The metrics of the cross-validation's models on their folds, in the folds' order. */
  readonly crossValidation?: Evaluation;
  /** The finished model's outputs for the test images, uncalibrated. */
  readonly testOutputs?: readonly HeadOutputs[];
}

/** The end of a run. */
export interface Outcome extends Evaluations {
  readonly state: ModelState;
  readonly record: TrainingRecord;
  readonly ended: "finished" | "interrupted" | "diverged";
  readonly error?: DivergedError;
}

/**
 * Rounds a model that was trained to the end to what is served of it, calibrates
 * and scores that, and gives it its memory. Its calibration is the one that fits
 * the pooled outputs of a cross-validation where there was one, else the one that
 * fits the validation images.
 */
export function finish(
  trainer: Trainer,
  examples: Examples,
  rows: Rows,
  best: Snapshot | undefined,
  unfinished: TrainingRecord,
  pooled?: readonly HeadOutputs[],
): Outcome {
  const { optimizer, recipe: { keep, seed } } = unfinished.plan;
  if (keep === "best" && best !== undefined) restore(trainer, best);
  roundNetwork(trainer.network);
  const { calibration, ...evaluations } = evaluate(
    trainer,
    examples,
    rows,
    pooled,
  );
  const { validation, test, crossValidation } = evaluations;
  const record: TrainingRecord = {
    ...unfinished,
    metrics: {
      ...(validation && { validation: validation.metrics }),
      ...(test && { test: test.metrics }),
      ...(crossValidation && { crossValidation: crossValidation.metrics }),
    },
  };
  return {
    ended: "finished",
    record,
    state: {
      ...detach(trainer, examples.preprocessing, optimizer.name, record),
      calibration,
      ...memoryOf(examples, rows, seed),
    },
    ...evaluations,
  };
}

/** The calibration, and what the images of every set show of the model. */
function evaluate(
  trainer: Trainer,
  examples: Examples,
  rows: Rows,
  pooled: readonly HeadOutputs[] | undefined,
): Evaluations & { readonly calibration: Calibration } {
  const { kernels, network: { sizes: { heads } } } = trainer;
  const outputs = computeOutputs(trainer, examples, rows.validation);
  const calibration = fitCalibration(kernels, heads, pooled ?? outputs);
  const judge = (
    outputs: readonly HeadOutputs[],
    final = calibratedOutputs(heads, outputs, calibration),
  ) =>
    outputs[0]!.labels.length === 0
      ? undefined
      : evaluateOutputs(kernels, heads, outputs, final);
  const validation = judge(outputs);
  const testOutputs = computeOutputs(trainer, examples, rows.test);
  const test = judge(testOutputs);
  const crossValidation = pooled &&
    judge(pooled, calibrateFolds(kernels, heads, pooled, rows.folds!));
  return {
    calibration,
    ...(validation && { validation }),
    ...(test && { test, testOutputs }),
    ...(crossValidation && { crossValidation }),
  };
}

/** The examples that a model keeps: some that it was trained on, and some that it was not. */
function memoryOf(
  examples: Examples,
  { train, validation }: Rows,
  seed: number,
): Pick<ModelState, "replay" | "guard"> {
  const replay = rememberExamples(examples, train, KEPT.replay, seed);
  const guard = rememberExamples(examples, validation, KEPT.guard, seed);
  return { ...(replay && { replay }), ...(guard && { guard }) };
}

/**
 * The metrics of the plain views of `rows`, calibrated where a calibration is
 * given; undefined where there are no rows.
 */
export function evaluateRows(
  evaluator: Evaluator,
  examples: Examples,
  rows: Uint32Array,
  calibration?: Calibration,
): SetMetrics | undefined {
  if (rows.length === 0) return undefined;
  const { kernels, network: { sizes: { heads } } } = evaluator;
  const outputs = computeOutputs(evaluator, examples, rows);
  return metricsOf(
    kernels,
    heads,
    calibration ? calibratedOutputs(heads, outputs, calibration) : outputs,
  );
}
