import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertLess,
  assertRejects,
} from "@std/assert";
import { compareMemory } from "../../../src/experiments/compare/memory.ts";
import { LEARNING_RATES } from "../../../src/experiments/compare/optimizers.ts";
import { PLAIN_RECIPE } from "../../../src/experiments/compare/recipe.ts";
import { runTrial } from "../../../src/experiments/compare/trial.ts";
import { parameterCount } from "../../../src/model/sizes.ts";
import { OPTIMIZER_NAMES } from "../../../src/optim/registry.ts";
import { sgd } from "../../../src/optim/sgd.ts";
import { fourHeadExamples } from "../../train/examples.ts";
import { materialOf } from "./material.ts";

const MATERIAL = materialOf(fourHeadExamples(16, 20, { noise: 60 }));
const PLAN = { hidden: [12], optimizer: sgd(), recipe: PLAIN_RECIPE };

Deno.test("a trial has metrics of every head after every epoch, and its loss is the sum of theirs", async () => {
  const { epochs, heads, test, outputs } = await runTrial(MATERIAL, PLAN);
  const names = MATERIAL.examples.heads.map(({ name }) => name);
  assertEquals(heads.map(({ name }) => name), names);
  assertEquals(epochs.length, PLAIN_RECIPE.epochs);
  for (const { validation, validationLoss } of epochs) {
    assertEquals(Object.keys(validation), names);
    const losses = Object.values(validation).map(({ loss }) => loss);
    const sum = losses.reduce((total, loss) => total + loss, 0);
    assertAlmostEquals(validationLoss, sum, 1e-12);
  }
  assertEquals(Object.keys(test), names);
  assertEquals(
    outputs.map(({ labels }) => labels.length),
    names.map(() => MATERIAL.rows.test.length),
  );
});

Deno.test("a trial that diverges is an outcome, not an error", async () => {
  const trial = await runTrial(MATERIAL, {
    ...PLAN,
    recipe: { ...PLAIN_RECIPE, batchSize: 8, learningRate: 1e30 },
  });
  assert(trial.diverged);
  assertLess(trial.losses.length, trial.steps);
});

Deno.test("a trial stops when it is told to", async () => {
  await assertRejects(
    () =>
      runTrial(
        { ...MATERIAL, signal: AbortSignal.abort(new Error("enough")) },
        PLAN,
      ),
    Error,
    "enough",
  );
});

Deno.test("memory is counted per slot", () => {
  const { heads, inputs } = MATERIAL.examples;
  const sizes = { inputs, hidden: [12], heads };
  const results = compareMemory(sizes);
  assertEquals(
    results.map(({ name }) => name).sort(),
    [...OPTIMIZER_NAMES].sort(),
  );
  const bytes = 4 * parameterCount(sizes);
  const moments = Object.fromEntries(
    results.map(({ name, momentBytes }) => [name, momentBytes / bytes]),
  );
  assertEquals(moments, {
    sgd: 0,
    momentum: 1,
    nesterov: 1,
    adagrad: 1,
    adadelta: 2,
    rmsprop: 1,
    adam: 2,
    amsgrad: 3,
    adamw: 2,
  });
});

Deno.test("every optimizer has learning rates to try, in ascending order", () => {
  assertEquals(
    Object.keys(LEARNING_RATES).sort(),
    [...OPTIMIZER_NAMES].sort(),
  );
  for (const rates of Object.values(LEARNING_RATES)) {
    assertEquals(rates.toSorted((a, b) => a - b), [...rates]);
  }
});
