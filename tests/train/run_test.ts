import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertLess,
  assertNotEquals,
} from "@std/assert";
import { encodeSafetensors } from "../../src/checkpoint/safetensors.ts";
import { decodeSafetensors } from "../../src/checkpoint/safetensors_reader.ts";
import { tensorsOf } from "../../src/checkpoint/state.ts";
import { readState } from "../../src/checkpoint/state_reader.ts";
import type { ModelState } from "../../src/model/state.ts";
import {
  BYTE_WEIGHT,
  floatsOf,
  roundToBytes,
} from "../../src/model/quantize.ts";
import { neutralCalibration } from "../../src/model/state.ts";
import { evaluateRows } from "../../src/train/outcome.ts";
import { validationLoss } from "../../src/train/epochs.ts";
import type { TrainingPlan } from "../../src/train/plan.ts";
import { runTraining } from "../../src/train/run.ts";
import { createEvaluator } from "../../src/train/trainer.ts";
import { loadParameters } from "../../src/model/state.ts";
import { PLAIN_RECIPE } from "../../src/experiments/compare/recipe.ts";
import { allRows, fourHeadExamples, namedExamples } from "./examples.ts";

const EXAMPLES = namedExamples(24, 6, { noise: 200 });
const ALL = allRows(EXAMPLES.length);
const ROWS = {
  train: ALL.filter((row) => row % 3 === 0),
  validation: ALL.filter((row) => row % 3 === 1),
  test: ALL.filter((row) => row % 3 === 2),
};

function planOf(recipe: Partial<TrainingPlan["recipe"]>): TrainingPlan {
  return {
    hidden: [32],
    optimizer: { name: "adamw", options: {} },
    split: "34/33/33 rows",
    folds: 0,
    headWeights: {},
    recipe: {
      ...PLAIN_RECIPE,
      epochs: 40,
      batchSize: 8,
      learningRate: 0.02,
      hiddenDropout: 0.1,
      seed: 1,
      ...recipe,
    },
  };
}

/** A state as it is after it was written and read. */
function reread(state: ModelState): Promise<ModelState> {
  const { tensors, metadata } = tensorsOf(state);
  const chunks = encodeSafetensors(tensors, metadata);
  return readState(
    decodeSafetensors(new Uint8Array(chunks.flatMap((chunk) => [...chunk]))),
  );
}

/** Its parameters as a finished model has them. */
function rounded({ parameters, sizes }: ModelState) {
  const weight = roundToBytes(parameters.get(BYTE_WEIGHT)!, sizes.hidden[0]!);
  return new Map([...parameters, [BYTE_WEIGHT, floatsOf(weight)]]);
}

/** The metrics of the validation images. */
async function evaluate(state: ModelState) {
  const evaluator = await createEvaluator(state.sizes, 8);
  loadParameters(evaluator.network, state.parameters);
  evaluator.standardization.mean.set(state.standardization.mean);
  evaluator.standardization.inverseDeviation.set(
    state.standardization.inverseDeviation,
  );
  return evaluateRows(
    evaluator,
    EXAMPLES,
    ROWS.validation,
    state.calibration,
  )!;
}

Deno.test("the best epoch's weights are kept where the plan says so", async () => {
  const plan = planOf({ keep: "best" });
  const { state, record, ended } = await runTraining(
    EXAMPLES,
    ROWS,
    plan,
    undefined,
  );
  assertEquals(ended, "finished");
  const losses = record.history.map(validationLoss);
  const lowest = Math.min(...losses);
  assertEquals(record.best, {
    epoch: losses.indexOf(lowest) + 1,
    loss: lowest,
  });
  assertLess(record.best!.epoch, 40); // else this would show nothing
  // Finishing rounds the weights: those of the epoch itself are in a run that ends there.
  const interrupt = new AbortController();
  const { state: atBest } = await runTraining(EXAMPLES, ROWS, plan, undefined, {
    signal: interrupt.signal,
    onEpoch: ({ epoch }) => epoch === record.best!.epoch && interrupt.abort(),
  });
  const { domain, item } = (await evaluate(atBest)).heads;
  assertAlmostEquals(domain!.loss + item!.loss, lowest, 1e-12);
  assertEquals(state.parameters, rounded(atBest));
  assertEquals(
    state.moments.get("head.item.weight")!.step,
    2 * record.best!.epoch,
  );
  assertEquals(state.best, undefined);
});

Deno.test("a finished model that is trained on goes on from the weights that it was rounded to", async () => {
  const [short, long] = [planOf({ epochs: 5 }), planOf({ epochs: 8 })];
  const finished = await runTraining(EXAMPLES, ROWS, short, undefined);
  const interrupt = new AbortController();
  const stopped = await runTraining(EXAMPLES, ROWS, long, undefined, {
    signal: interrupt.signal,
    onEpoch: ({ epoch }) => epoch === 5 && interrupt.abort(),
  });
  const [longer, expected] = [
    await reread(finished.state),
    { ...stopped.state, parameters: rounded(stopped.state) },
  ];
  assertNotEquals(stopped.state.parameters, expected.parameters);
  assertEquals(
    (await runTraining(EXAMPLES, ROWS, long, longer)).state,
    (await runTraining(EXAMPLES, ROWS, long, expected)).state,
  );
});

Deno.test("the metrics reported are those of the model that is saved, rounded", async () => {
  const { state, record } = await runTraining(
    EXAMPLES,
    ROWS,
    planOf({ epochs: 5 }),
    undefined,
  );
  assertEquals(state.parameters, rounded(state));
  assertEquals(record.metrics!.validation, await evaluate(await reread(state)));
});

Deno.test("a run ends when it has waited long enough for a better epoch", async () => {
  const { record, ended } = await runTraining(
    EXAMPLES,
    ROWS,
    planOf({ keep: "best", patience: 3 }),
    undefined,
  );
  assertEquals(ended, "finished");
  assertEquals(record.history.length, record.best!.epoch + 3);
  assertLess(record.step, record.steps);
  assert(record.metrics?.test !== undefined);
});

const STOPPED = [
  { examples: EXAMPLES, recipe: {} },
  { examples: EXAMPLES, recipe: { keep: "best", patience: 4 } },
  {
    examples: fourHeadExamples(24, 6, { noise: 200 }),
    recipe: { epochs: 8, mixup: 0.4, labelSmoothing: 0.1 },
  },
] as const;

for (const { examples, recipe } of STOPPED) {
  Deno.test(
    `a run stopped, saved and resumed ends in the same state (${examples.heads.length} heads, ${
      JSON.stringify(recipe)
    })`,
    async () => {
      const plan = planOf(recipe);
      const straight = await runTraining(examples, ROWS, plan, undefined);
      for (let stop = 1; stop < straight.record.step; stop += 3) {
        const interrupt = new AbortController();
        const stopped = await runTraining(examples, ROWS, plan, undefined, {
          signal: interrupt.signal,
          onStep: ({ step }) => step === stop && interrupt.abort(),
        });
        assertEquals(stopped.ended, "interrupted");
        const resumed = await runTraining(
          examples,
          ROWS,
          plan,
          await reread(stopped.state),
        );
        assertEquals(resumed.state, straight.state, `stopped at step ${stop}`);
      }
      const again = await runTraining(
        examples,
        ROWS,
        plan,
        await reread(straight.state),
      );
      assertEquals(again.state, straight.state);
    },
  );
}

Deno.test("with nothing set aside there is a model, without metrics or guard", async () => {
  const rows = {
    train: ALL,
    validation: new Uint32Array(),
    test: new Uint32Array(),
  };
  const { state, record, ended } = await runTraining(
    EXAMPLES,
    rows,
    planOf({ epochs: 2, keep: "best", patience: 1 }),
    undefined,
  );
  assertEquals(ended, "finished");
  assertEquals(record.metrics, {});
  assertEquals(state.calibration, neutralCalibration(state.sizes));
  assertEquals(state.guard, undefined);
  assert(state.replay !== undefined);
});
