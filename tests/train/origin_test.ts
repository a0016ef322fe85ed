import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { encodeSafetensors } from "../../src/checkpoint/safetensors.ts";
import { decodeSafetensors } from "../../src/checkpoint/safetensors_reader.ts";
import { tensorsOf } from "../../src/checkpoint/state.ts";
import { readState } from "../../src/checkpoint/state_reader.ts";
import { CheckpointError, DataError } from "../../src/errors.ts";
import { PREPROCESSING } from "../../src/image/preprocessing.ts";
import { mirrorOrder } from "../../src/image/mirror.ts";
import { descriptorLength } from "../../src/image/preprocessing.ts";
import type { Examples } from "../../src/model/examples.ts";
import type { ModelState } from "../../src/model/state.ts";
import { forward } from "../../src/model/network.ts";
import { createOptimizer } from "../../src/optim/registry.ts";
import { fillBatch, mirrorBatch } from "../../src/train/batch.ts";
import { featureBatches, headsOf } from "../../src/train/frozen.ts";
import type { TrainingPlan } from "../../src/train/plan.ts";
import { checkResume } from "../../src/train/resume.ts";
import { runTraining } from "../../src/train/run.ts";
import { createTrainer, initialize } from "../../src/train/trainer.ts";
import { forwardHeads } from "../../src/model/network.ts";
import {
  allRows,
  fourHeadExamples,
  namedExamples,
  patternExamples,
} from "./examples.ts";

const ROWS_OF = (examples: Examples) => {
  const all = allRows(examples.length);
  return {
    train: all.filter((row) => row % 2 === 0),
    validation: all.filter((row) => row % 4 === 1),
    test: all.filter((row) => row % 4 === 3),
  };
};

function planOf(
  trunk?: "frozen" | "tuned",
  { optimizer = "adamw", ...recipe }:
    & Partial<TrainingPlan["recipe"]>
    & { optimizer?: string } = {},
): TrainingPlan {
  return {
    hidden: [20, 16],
    optimizer: { name: optimizer, options: {} },
    split: "50/25/25 rows",
    folds: 0,
    headWeights: {},
    recipe: {
      epochs: 3,
      batchSize: 8,
      learningRate: 0.01,
      schedule: "one-cycle",
      labelSmoothing: 0.1,
      inputDropout: 0.1,
      cellDropout: 0.1,
      hiddenDropout: 0.2,
      mixup: 0.4,
      maxGradientNorm: 1,
      keep: "last",
      patience: 0,
      seed: 4,
      ...recipe,
    },
    ...(trunk && { from: { trunk, sha256: "0".repeat(64) } }),
  };
}

/** A model of four heads, trained on other images than those of the tests. */
const SOURCE = (await runTraining(
  fourHeadExamples(24, 6, { noise: 90 }),
  ROWS_OF(namedExamples(24, 6, { noise: 90 })),
  planOf(undefined, { epochs: 6 }),
  undefined,
)).state;

/** Images with the source's domains, other items, and nothing else. */
const EXAMPLES = patternExamples(
  { inputs: 24, domains: ["a", "b"], items: ["p", "q", "r"] },
  6,
  { seed: 9 },
);
const ROWS = ROWS_OF(EXAMPLES);

const train = (plan: TrainingPlan, examples = EXAMPLES, from = SOURCE) =>
  runTraining(examples, ROWS_OF(examples), plan, undefined, { from });

/** A state as it is after it was written and read. */
function reread(state: ModelState): Promise<ModelState> {
  const { tensors, metadata } = tensorsOf(state);
  const chunks = encodeSafetensors(tensors, metadata);
  return readState(
    decodeSafetensors(new Uint8Array(chunks.flatMap((chunk) => [...chunk]))),
  );
}

const isTrunk = (name: string) => name.startsWith("trunk.");

for (const optimizer of ["adamw", "sgd", "rmsprop"]) {
  Deno.test(`${optimizer}: a frozen trunk keeps every bit and no moments, while its heads learn`, async () => {
    const { state, record } = await train(planOf("frozen", { optimizer }));
    for (const [name, values] of state.parameters) {
      const moved = !isTrunk(name);
      if (moved) {
        assertNotEquals(values, SOURCE.parameters.get(name), name);
      } else assertEquals(values, SOURCE.parameters.get(name), name);
      assertEquals(state.moments.has(name), moved, name);
    }
    const steps = [...state.moments.values()].map(({ step }) => step);
    assert(steps.every((step) => step === record.steps));
    assertEquals(state.standardization, SOURCE.standardization);
    assertEquals(
      (await train(planOf("frozen", { optimizer }))).state,
      state,
      "the same seed, the same bits",
    );
  });
}

Deno.test("a frozen trunk sees mirror images too", async () => {
  const mirror = mirrorOrder(PREPROCESSING);
  const inputs = mirror.length;
  const plan = { ...planOf("frozen"), hidden: [9] };
  const mirrored = (seed: number): Examples => ({
    ...patternExamples({ inputs, domains: 2, items: 3 }, 3, { seed }),
    mirror,
  });
  const from = await runTraining(
    mirrored(1),
    ROWS_OF(mirrored(1)),
    { ...planOf(), hidden: [9] },
    undefined,
  );
  const { state, ended } = await train(plan, mirrored(2), from.state);
  assertEquals(ended, "finished");
  const { parameters } = from.state;
  assertEquals(
    state.parameters.get("trunk.0.weight"),
    parameters.get("trunk.0.weight"),
  );
  // The heads are the same, so they begin as they were, and have learned since.
  assertNotEquals(
    state.parameters.get("head.item.weight"),
    parameters.get("head.item.weight"),
  );
});

Deno.test("a frozen trunk that is not in bytes yet is rounded before its heads are trained on it", async () => {
  const parameters = new Map(SOURCE.parameters);
  const weight = parameters.get("trunk.0.weight")!;
  parameters.set("trunk.0.weight", weight.map((value, i) => value + 1e-4 * i));
  const whole = await train(planOf("frozen"), EXAMPLES, {
    ...SOURCE,
    parameters,
  });
  const { state } = whole;
  assertNotEquals(
    state.parameters.get("trunk.0.weight"),
    parameters.get("trunk.0.weight"),
  );
  const again = await train(planOf("frozen"), EXAMPLES, {
    ...SOURCE,
    parameters: state.parameters,
  });
  assertEquals(
    again.state.parameters.get("trunk.0.weight"),
    state.parameters.get("trunk.0.weight"),
  );
});

Deno.test("a tuned trunk moves from where it was, and ages from 0", async () => {
  const { state, record } = await train(planOf("tuned"));
  const before = SOURCE.parameters.get("trunk.1.weight")!;
  const after = state.parameters.get("trunk.1.weight")!;
  assertNotEquals(after, before);
  // Every step moves a weight by about the learning rate at most.
  const distances = after.map((value, i) => Math.abs(value - before[i]!));
  assert(Math.max(...distances) < 0.02 * record.steps);
  assertEquals(state.moments.get("trunk.1.weight")!.step, record.steps);
  assertEquals(state.standardization, SOURCE.standardization);
});

for (const trunk of ["frozen", "tuned"] as const) {
  Deno.test(`${trunk}: stopped anywhere and gone on is never stopped, without the other model`, async () => {
    const plan = planOf(trunk);
    const straight = await train(plan);
    for (let stop = 1; stop < straight.record.steps; stop += 2) {
      const interrupt = new AbortController();
      const stopped = await runTraining(EXAMPLES, ROWS, plan, undefined, {
        from: SOURCE,
        signal: interrupt.signal,
        onStep: ({ step }) => step === stop && interrupt.abort(),
      });
      assertEquals(stopped.ended, "interrupted");
      const state = await reread(stopped.state);
      checkResume(state, plan, EXAMPLES);
      const resumed = await runTraining(EXAMPLES, ROWS, plan, state);
      assertEquals(resumed.state, straight.state, `stopped at step ${stop}`);
    }
    const state = await reread(straight.state);
    assertEquals(
      (await runTraining(EXAMPLES, ROWS, plan, state)).state,
      straight.state,
    );
  });
}

Deno.test("a run goes on from the same model only, with the moments of all that learns", async () => {
  const plan = planOf("frozen");
  const { state } = await train(plan);
  const other = { trunk: "frozen", sha256: "1".repeat(64) } as const;
  assertThrows(
    () => checkResume(state, { ...plan, from: other }, EXAMPLES),
    RangeError,
    "expected from.sha256",
  );
  const moments = new Map(state.moments);
  moments.delete("head.item.weight");
  assertThrows(
    () => checkResume({ ...state, moments }, plan, EXAMPLES),
    CheckpointError,
    "none of head.item.weight",
  );
});

Deno.test("heads of the same name and labels begin where they were, others anew", async () => {
  const still = planOf("frozen", { learningRate: 1e-30, epochs: 1 });
  const { state } = await train(still);
  const fresh = await runTraining(EXAMPLES, ROWS, {
    ...still,
    from: undefined as never,
  }, undefined);
  const at = (of: ModelState, name: string) => of.parameters.get(name);
  assertEquals(
    at(state, "head.domain.weight"),
    at(SOURCE, "head.domain.weight"),
  );
  assertEquals(
    at(state, "head.item.weight"),
    at(fresh.state, "head.item.weight"),
  );

  const all = fourHeadExamples(24, 4, { noise: 60 });
  const kept = await train(still, all);
  for (const [name, values] of kept.state.parameters) {
    assertEquals(values, SOURCE.parameters.get(name), name);
  }
  // A number's weights mean something on the scale that they were learned in only.
  assertEquals(kept.state.sizes.heads, SOURCE.sizes.heads);
});

Deno.test("the folds of a cross-validation begin with the same trunk", async () => {
  const test = new Set(ROWS.test);
  const folds = [0, 1].map((fold) =>
    allRows(EXAMPLES.length).filter((row) => !test.has(row))
      .filter((_, n) => n % 2 === fold)
  );
  const { ended, crossValidation } = await runTraining(
    EXAMPLES,
    { ...ROWS, folds },
    { ...planOf("frozen"), folds: 2 },
    undefined,
    { from: SOURCE },
  );
  assertEquals(ended, "finished");
  assertEquals(
    crossValidation!.metrics.images,
    folds.flatMap((f) => [...f]).length,
  );
});

Deno.test("what a trunk cannot see is refused", async () => {
  await assertRejects(
    () => train(planOf("frozen"), namedExamples(25, 6, { noise: 60 })),
    DataError,
    "expected descriptors of 24 values, got 25",
  );
  const otherwise = {
    ...EXAMPLES,
    preprocessing: { ...PREPROCESSING, colorScale: 7 },
  };
  await assertRejects(
    () => train(planOf("tuned"), otherwise),
    DataError,
    `got colorScale 7 in place of ${PREPROCESSING.colorScale}`,
  );
  await assertRejects(
    () => train({ ...planOf("tuned"), hidden: [20] }),
    RangeError,
    "expected hidden layers of 20, 16 units as in the model, got 20",
  );
  const flat = { ...SOURCE, sizes: { ...SOURCE.sizes, hidden: [] } };
  await assertRejects(
    () => train({ ...planOf("frozen"), hidden: [] }, EXAMPLES, flat),
    RangeError,
    "expected a model that has a trunk, got none",
  );
  await assertRejects(
    () => runTraining(EXAMPLES, ROWS, planOf("tuned"), undefined),
    TypeError,
    "expected the model 0000",
  );
});

Deno.test("features that are computed once lead to the logits of the whole network, whatever batch they come in", async () => {
  const inputs = descriptorLength(PREPROCESSING);
  const examples: Examples = {
    ...patternExamples({ inputs, domains: 2, items: 3 }, 2),
    mirror: mirrorOrder(PREPROCESSING),
  };
  const sizes = { inputs, hidden: [13], heads: examples.heads };
  using trainer = await createTrainer(
    sizes,
    createOptimizer("adamw", {}),
    5,
    1,
    2,
  );
  initialize(trainer.network, 1);
  const { kernels, network, workspace } = trainer;
  const { activations } = workspace;
  const heads = headsOf(trainer);
  const logitsOf = (rows: number) =>
    activations.logits.slice(0, rows * activations.logitStride);
  const [rows, views] = [[4, 0, 7], [0, 1, 1]];
  fillBatch(trainer, examples, rows, views);
  mirrorBatch(workspace, examples, rows.length);
  forward(kernels, network, activations, rows.length);
  const expected = logitsOf(rows.length);

  const own = heads.workspace.activations;
  const run = (fill: ReturnType<typeof featureBatches>) => {
    fill(heads, examples, rows, views);
    forwardHeads(kernels, heads.network, own, rows.length);
    return logitsOf(rows.length);
  };
  const alone = run(featureBatches(trainer, examples));
  const largest = Math.max(...expected.map(Math.abs));
  alone.forEach((value, i) =>
    assert(Math.abs(value - expected[i]!) < 1e-5 * largest, `${i}`)
  );
  const fill = featureBatches(trainer, examples);
  fill(heads, examples, [7, 3, 4, 1, 2], [1, 0, 0, 0, 1]);
  assertEquals(run(fill), alone);
  assertEquals(run(fill), alone, "all known by now");
});
