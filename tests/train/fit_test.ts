import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
} from "@std/assert";
import { DivergedError } from "../../src/errors.ts";
import {
  loadMoments,
  loadParameters,
  momentsFrom,
  parametersFrom,
} from "../../src/model/state.ts";
import { createOptimizer } from "../../src/optim/registry.ts";
import { fit, type FitOptions, stepsOf } from "../../src/train/fit.ts";
import type { Recipe } from "../../src/train/plan.ts";
import { evaluateRows } from "../../src/train/outcome.ts";
import { measureStandardization } from "../../src/train/standardize.ts";
import {
  createTrainer,
  initialize,
  type Trainer,
} from "../../src/train/trainer.ts";
import { twoHeads } from "../heads/specs.ts";
import { allRows, patternExamples } from "./examples.ts";

const SIZES = { inputs: 24, hidden: [20], heads: twoHeads(3, 5) };
const RECIPE: Recipe = {
  epochs: 4,
  batchSize: 16,
  learningRate: 0.01,
  schedule: "one-cycle",
  labelSmoothing: 0.1,
  inputDropout: 0.1,
  cellDropout: 0.1,
  hiddenDropout: 0.2,
  mixup: 0.4,
  maxGradientNorm: 5,
  keep: "last",
  patience: 0,
  seed: 7,
};
const EXAMPLES = patternExamples({ inputs: 24, domains: 3, items: 5 }, 6);
const ROWS = allRows(EXAMPLES.length).filter((row) => row % 7 !== 0);

async function freshTrainer(
  recipe: Recipe,
  optimizer = "adamw",
): Promise<Trainer> {
  const trainer = await createTrainer(
    SIZES,
    createOptimizer(optimizer),
    recipe.batchSize,
  );
  initialize(trainer.network, recipe.seed);
  measureStandardization(
    EXAMPLES,
    ROWS,
    [SIZES.inputs],
    trainer.standardization,
  );
  return trainer;
}

function bitsOf({ network, state, optimizer }: Trainer) {
  return {
    parameters: parametersFrom(network),
    moments: momentsFrom(state, optimizer.slots),
  };
}

Deno.test("a run learns what a fresh network does not know", async () => {
  const trainer = await freshTrainer(RECIPE);
  const heldOut = allRows(EXAMPLES.length).filter((row) => row % 7 === 0);
  const accuracy = () => {
    const { domain, item } = evaluateRows(trainer, EXAMPLES, heldOut)!.heads;
    return { domain: domain!.accuracy!, item: item!.accuracy! };
  };
  const before = accuracy();
  const recipe = { ...RECIPE, epochs: 30 };
  assertEquals(
    await fit(trainer, EXAMPLES, ROWS, recipe, 0),
    stepsOf(recipe, ROWS.length),
  );
  const after = accuracy();
  assertLess(before.item, 0.6);
  assertGreater(after.item, 0.9);
  assertGreater(after.domain, 0.9);
});

Deno.test("the same seed gives the same bits, another seed others", async () => {
  const run = async (seed: number) => {
    const trainer = await freshTrainer({ ...RECIPE, seed });
    await fit(trainer, EXAMPLES, ROWS, { ...RECIPE, seed }, 0);
    return bitsOf(trainer);
  };
  const first = await run(7);
  assertEquals(await run(7), first);
  assert(
    (await run(8)).parameters.get("head.item.weight")!.some((value, i) =>
      value !== first.parameters.get("head.item.weight")![i]
    ),
  );
});

for (const optimizer of ["adamw", "adam", "sgd", "nesterov"]) {
  Deno.test(`a run stopped at any step and resumed ends in the same bits (${optimizer})`, async () => {
    const straight = await freshTrainer(RECIPE, optimizer);
    const steps = await fit(straight, EXAMPLES, ROWS, RECIPE, 0);
    const expected = bitsOf(straight);
    for (let stop = 1; stop < steps; stop += 1) {
      const stopped = await freshTrainer(RECIPE, optimizer);
      const interrupt = new AbortController();
      const hooks: FitOptions = {
        signal: interrupt.signal,
        onStep: ({ step }) => step === stop && interrupt.abort(),
      };
      assertEquals(await fit(stopped, EXAMPLES, ROWS, RECIPE, 0, hooks), stop);
      const saved = bitsOf(stopped);
      const resumed = await freshTrainer({ ...RECIPE, seed: 99 }, optimizer);
      loadParameters(resumed.network, saved.parameters);
      loadMoments(resumed.state, resumed.optimizer.slots, saved.moments);
      resumed.standardization.mean.set(stopped.standardization.mean);
      resumed.standardization.inverseDeviation.set(
        stopped.standardization.inverseDeviation,
      );
      await fit(resumed, EXAMPLES, ROWS, RECIPE, stop);
      assertEquals(bitsOf(resumed), expected, `stopped at step ${stop}`);
    }
  });
}

Deno.test("divergence is reported with the last good state kept", async () => {
  const trainer = await freshTrainer(RECIPE, "sgd");
  let good = bitsOf(trainer);
  const error = await assertRejects(
    () =>
      fit(
        trainer,
        EXAMPLES,
        ROWS,
        {
          ...RECIPE,
          learningRate: 1e30,
          maxGradientNorm: 0,
          keep: "last",
          patience: 0,
          schedule: "constant",
        },
        0,
        { onStep: () => good = bitsOf(trainer) },
      ),
    DivergedError,
    "expected a finite loss and gradient",
  );
  assert(error.message.startsWith("Cannot continue training after step "));
  assertEquals(bitsOf(trainer), good);
});

Deno.test("every epoch visits every row once", async () => {
  const seen: number[] = [];
  const trainer = await freshTrainer(RECIPE);
  const spy = {
    ...EXAMPLES,
    read(row: number, view: number, out: Uint8Array) {
      seen.push(row);
      EXAMPLES.read(row, view, out);
    },
  };
  const epochs: number[] = [];
  await fit(trainer, spy, ROWS, RECIPE, 0, {
    onEpoch: ({ epoch }) => void epochs.push(epoch),
  });
  assertEquals(epochs, [1, 2, 3, 4]);
  for (let epoch = 0; epoch < RECIPE.epochs; epoch++) {
    const visited = seen.slice(epoch * ROWS.length, (epoch + 1) * ROWS.length);
    assertEquals(Uint32Array.from(visited).sort(), ROWS);
  }
});
