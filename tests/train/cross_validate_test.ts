import { assert, assertEquals } from "@std/assert";
import { createArena } from "../../src/kernels/arena.ts";
import { type HeadOutputs, UNKNOWN } from "../../src/heads/head.ts";
import { labelsOf } from "../../src/model/examples.ts";
import {
  calibratedOutputs,
  calibrateFolds,
  fitCalibration,
} from "../../src/train/metrics.ts";
import { PLAIN_RECIPE } from "../../src/experiments/compare/recipe.ts";
import { crossValidate } from "../../src/train/cross_validate.ts";
import type { Rows, TrainingPlan } from "../../src/train/plan.ts";
import { runTraining } from "../../src/train/run.ts";
import { classesHead, numberHead } from "../heads/specs.ts";
import { allRows, namedExamples } from "./examples.ts";

const EXAMPLES = namedExamples(24, 6, { noise: 200 });
const ALL = allRows(EXAMPLES.length);
const ROWS: Rows = {
  train: ALL.filter((row) => row % 4 > 1),
  validation: ALL.filter((row) => row % 4 === 1),
  test: ALL.filter((row) => row % 4 === 0),
  folds: [0, 1, 2].map((fold) =>
    ALL.filter((row) => row % 4 > 0 && row % 3 === fold)
  ),
};
const PLAN: TrainingPlan = {
  hidden: [16],
  optimizer: { name: "adamw", options: {} },
  split: "50/25/25 rows",
  folds: 3,
  headWeights: {},
  recipe: {
    ...PLAIN_RECIPE,
    epochs: 5,
    batchSize: 8,
    learningRate: 0.02,
    seed: 1,
  },
};

Deno.test("every fold is judged by a model that has seen none of it", async () => {
  const seen: Rows[] = [];
  const pooled = await crossValidate(ROWS, (rows) => {
    seen.push(rows);
    return runTraining(EXAMPLES, rows, PLAN, undefined);
  });
  assert(!("ended" in pooled));
  assertEquals(seen.map(({ test }) => test), ROWS.folds);
  for (const { train, validation, test } of seen) {
    assertEquals(
      [...train, ...validation, ...test].sort((a, b) => a - b),
      [...ROWS.train, ...ROWS.validation].sort((a, b) => a - b),
    );
  }
  const rows = ROWS.folds!.flatMap((fold) => [...fold]);
  assertEquals(
    pooled.map(({ labels }) => labels),
    [0, 1].map((head) => labelsOf(EXAMPLES, rows, head)),
  );
});

Deno.test("a cross-validated model is the same model calibrated on the pooled outputs", async () => {
  const { folds: _, ...plainRows } = ROWS;
  const plain = await runTraining(EXAMPLES, plainRows, PLAN, undefined);
  const validated = await runTraining(EXAMPLES, ROWS, PLAN, undefined);
  assertEquals(validated.state.parameters, plain.state.parameters);

  const pooled = await crossValidate(
    ROWS,
    (rows) => runTraining(EXAMPLES, rows, PLAN, undefined),
  );
  assert(!("ended" in pooled));
  const { kernels } = await createArena(() => undefined);
  assertEquals(
    validated.state.calibration,
    fitCalibration(kernels, EXAMPLES.heads, pooled),
  );
  assertEquals(
    validated.record.metrics?.crossValidation?.images,
    ROWS.train.length + ROWS.validation.length,
  );
  assertEquals(
    validated.crossValidation?.labels,
    pooled.map(({ labels }) => labels),
  );
});

Deno.test("a run interrupted between the folds keeps what it has trained, and ends in the same state", async () => {
  const straight = await runTraining(EXAMPLES, ROWS, PLAN, undefined);
  const interrupt = new AbortController();
  const stopped = await runTraining(EXAMPLES, ROWS, PLAN, undefined, {
    signal: interrupt.signal,
    onFold: (fold) => fold === 1 && interrupt.abort(),
  });
  assertEquals(stopped.ended, "interrupted");
  assertEquals(stopped.record.step, stopped.record.steps);
  const resumed = await runTraining(EXAMPLES, ROWS, PLAN, stopped.state);
  assertEquals(resumed.ended, "finished");
  assertEquals(resumed.state, straight.state);
});

Deno.test("a fold is judged by what was fitted on the others", async () => {
  const { kernels } = await createArena(() => undefined);
  const folds = [
    Uint32Array.of(0, 1, 2),
    Uint32Array.of(3, 4),
    Uint32Array.of(5, 6, 7),
  ];
  const heads = [classesHead("item", 2), numberHead("width", 3, 2)];
  const outputs = (classes: number[], widths: number[]): HeadOutputs[] => [
    {
      width: 2,
      logits: Float32Array.from({ length: 16 }, (_, i) => Math.sin(i * i)),
      labels: Float64Array.from(classes),
    },
    {
      width: 1,
      logits: Float32Array.from({ length: 8 }, (_, i) => Math.cos(i * i)),
      labels: Float64Array.from(widths),
    },
  ];
  const pooled = outputs([0, 1, 0, 1, 1, 0, 1, 1], [1, 2, 3, 4, 5, 4, 3, 2]);
  const others = outputs(
    [0, 1, 0, UNKNOWN, UNKNOWN, 0, 1, 1],
    [1, 2, 3, UNKNOWN, UNKNOWN, 4, 3, 2],
  );
  const judged = calibrateFolds(kernels, heads, pooled, folds);
  const fitted = fitCalibration(kernels, heads, others);
  const expected = calibratedOutputs(heads, pooled, fitted);
  heads.forEach((_, h) => {
    const { width } = expected[h]!;
    const part = (outputs: HeadOutputs[]) =>
      outputs[h]!.logits.subarray(3 * width, 5 * width);
    assertEquals(part(judged), part(expected));
    assertEquals(judged[h]!.labels, pooled[h]!.labels);
  });
});
