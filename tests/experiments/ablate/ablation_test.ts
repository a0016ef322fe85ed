import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertRejects,
} from "@std/assert";
import { DataError, DivergedError } from "../../../src/errors.ts";
import {
  descriptorLength,
  descriptorParts,
  PREPROCESSING,
} from "../../../src/image/descriptor.ts";
import { mirrorOrder } from "../../../src/image/mirror.ts";
import {
  type AblationPlan,
  runAblation,
} from "../../../src/experiments/ablate/ablation.ts";
import { type Change, PIECES } from "../../../src/experiments/ablate/pieces.ts";
import type { Examples } from "../../../src/model/examples.ts";
import type { Rows, TrainingPlan } from "../../../src/train/plan.ts";
import { runTraining } from "../../../src/train/run.ts";
import {
  allRows,
  fourHeadExamples,
  namedExamples,
} from "../../train/examples.ts";

const INPUTS = descriptorLength(PREPROCESSING);
const MIRROR = mirrorOrder(PREPROCESSING);
const EXAMPLES: Examples = {
  ...namedExamples(INPUTS, 5, { noise: 250 }),
  parts: descriptorParts(PREPROCESSING),
};
const PLAN: TrainingPlan = {
  hidden: [8],
  optimizer: { name: "adamw", options: {} },
  headWeights: {},
  split: "60/20/20 rows",
  folds: 0,
  recipe: {
    epochs: 2,
    batchSize: 8,
    learningRate: 0.001,
    schedule: "one-cycle",
    labelSmoothing: 0.1,
    inputDropout: 0.2,
    cellDropout: 0.1,
    hiddenDropout: 0.2,
    mixup: 0.4,
    maxGradientNorm: 0,
    keep: "last",
    patience: 0,
    seed: 99,
  },
};

/** A fifth for the test and a fifth for validation, other ones for every seed. */
function rowsOf(seed: number): Rows {
  const part = (row: number) => (row + seed + Math.floor(row / 8)) % 5;
  const rows = allRows(EXAMPLES.length);
  return {
    train: rows.filter((row) => part(row) > 1),
    validation: rows.filter((row) => part(row) === 1),
    test: rows.filter((row) => part(row) === 0),
  };
}

function ablationOf(
  pieces: Record<string, Change>,
  seeds = [0, 1, 2],
): AblationPlan {
  return {
    examples: EXAMPLES,
    plan: PLAN,
    splits: new Map(seeds.map((seed) => [seed, rowsOf(seed)])),
    pieces,
  };
}

const CRIPPLED: Change = ({ examples, plan }) => ({
  examples,
  plan: { ...plan, recipe: { ...plan.recipe, learningRate: 1e-9 } },
});

Deno.test("the whole recipe's metrics are those of training it, seed by seed", async () => {
  const { whole, pieces } = await runAblation(
    ablationOf({ nothing: (setup) => setup }),
  );
  assertEquals(whole.map(({ seed }) => seed), [0, 1, 2]);
  for (const { seed, calibrated } of whole) {
    const recipe = { ...PLAN.recipe, seed };
    const { record } = await runTraining(
      EXAMPLES,
      rowsOf(seed),
      { ...PLAN, recipe },
      undefined,
    );
    assertEquals(calibrated, record.metrics!.test!.heads);
  }
  // A piece that changes nothing makes no difference.
  assertEquals(pieces, [{
    name: "nothing",
    runs: whole,
    difference: { mean: 0, standardError: 0 },
  }]);
});

Deno.test("differences are paired by seed, with the standard error of their mean", async () => {
  const { whole, pieces: [crippled] } = await runAblation(
    ablationOf({ crippled: CRIPPLED }),
  );
  const d = crippled!.runs.map(({ calibrated }, n) =>
    calibrated.item!.accuracy! - whole[n]!.calibrated.item!.accuracy!
  );
  const { mean, standardError } = crippled!.difference;
  assertAlmostEquals(mean, (d[0]! + d[1]! + d[2]!) / 3, 1e-12);
  // The variance as half the mean square of the differences between all pairs.
  const square = (i: number, j: number) => (d[i]! - d[j]!) * (d[i]! - d[j]!);
  const variance = (square(0, 1) + square(0, 2) + square(1, 2)) / 3 / 2;
  assertGreater(variance, 0);
  assertAlmostEquals(standardError!, Math.sqrt(variance / 3), 1e-12);
});

Deno.test("one seed has a difference without an error", async () => {
  const { pieces } = await runAblation(ablationOf({ crippled: CRIPPLED }, [4]));
  assertEquals(Object.keys(pieces[0]!.difference), ["mean"]);
});

Deno.test("every piece changes one thing, and no two the same", () => {
  const setup = { examples: { ...EXAMPLES, mirror: MIRROR }, plan: PLAN };
  const described = (change: Change) => {
    const { examples, plan } = change(setup);
    const descriptor = new Uint8Array(examples.inputs);
    examples.read(0, 0, descriptor);
    const { recipe, optimizer, hidden } = plan;
    const { inputDropout, hiddenDropout, ...others } = recipe;
    return {
      ...others,
      dropout: [inputDropout, hiddenDropout],
      decay: optimizer.options.weightDecay,
      name: optimizer.name,
      hidden,
      split: plan.split,
      views: examples.views,
      // Of a shorter descriptor the mirrored one is shorter as well.
      mirrored: examples.mirror !== undefined,
      descriptor: descriptor.join(),
    };
  };
  const whole = Object.entries(described((setup) => setup));
  const seen = new Set<string>();
  for (const [name, change] of Object.entries(PIECES)) {
    const changed = described(change) as Record<string, unknown>;
    const different = whole.filter(([key, value]) =>
      JSON.stringify(changed[key]) !== JSON.stringify(value)
    );
    assertEquals(different.length, 1, name);
    assertEquals(Object.keys(changed).length, whole.length);
    seen.add(JSON.stringify(changed));
  }
  assertEquals(seen.size, Object.keys(PIECES).length);
});

Deno.test("every piece trains to metrics, and steps are counted over all runs", async () => {
  const counts: number[] = [];
  const totals = new Set<number>();
  const names = new Set<string>();
  const examples = { ...EXAMPLES, mirror: MIRROR, views: 8, read: readPlain };
  const { pieces } = await runAblation(
    { ...ablationOf(PIECES, [7]), examples },
    {
      onStep(done, total, run) {
        counts.push(done);
        totals.add(total);
        names.add(run);
      },
    },
  );
  assertEquals(pieces.map(({ name }) => name), Object.keys(PIECES));
  for (const { name, runs: [run] } of pieces) {
    assert(Number.isFinite(run!.calibrated.item!.loss), name);
  }
  const total = counts.length;
  assertEquals(counts, Array.from({ length: total }, (_, n) => n + 1));
  assertEquals([...totals], [total]);
  assertEquals(names.size, 1 + pieces.length);
  assert(names.has("the whole recipe, seed 7"));
});

/** As if all views were the plain one. */
function readPlain(row: number, _view: number, out: Uint8Array): void {
  EXAMPLES.read(row, 0, out);
}

Deno.test("one head of a number is judged by R²", async () => {
  const { heads, labelOf, ...others } = fourHeadExamples(INPUTS, 5, {
    noise: 250,
  });
  const examples = {
    ...others,
    parts: descriptorParts(PREPROCESSING),
    heads: [heads[3]!],
    labelOf: (row: number) => labelOf(row, 3),
  };
  const { whole, pieces: [crippled] } = await runAblation({
    ...ablationOf({ crippled: CRIPPLED }, [0]),
    examples,
  });
  assertEquals(
    crippled!.difference.mean,
    crippled!.runs[0]!.calibrated.brightness!.r2! -
      whole[0]!.calibrated.brightness!.r2!,
  );
});

Deno.test("an ablation stops when it is told to", async () => {
  const interrupt = new AbortController();
  let steps = 0;
  await assertRejects(
    () =>
      runAblation(ablationOf({}), {
        signal: interrupt.signal,
        onStep() {
          if (++steps === 3) interrupt.abort(new Error("enough"));
        },
      }),
    Error,
    "enough",
  );
  assertEquals(steps, 3);
});

Deno.test("a run that diverges ends an ablation, as does a split without a test", async () => {
  const explode: Change = ({ examples, plan }) => ({
    examples,
    plan: {
      ...plan,
      optimizer: { name: "sgd", options: {} },
      recipe: { ...plan.recipe, learningRate: 1e30 },
    },
  });
  await assertRejects(
    () => runAblation(ablationOf({ explode }, [0])),
    DivergedError,
  );
  const untested = { ...rowsOf(0), test: new Uint32Array() };
  await assertRejects(
    () => runAblation({ ...ablationOf({}), splits: new Map([[0, untested]]) }),
    DataError,
    "expected test images, got none",
  );
});
