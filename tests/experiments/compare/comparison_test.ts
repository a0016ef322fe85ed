import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { createArena } from "../../../src/kernels/arena.ts";
import {
  descriptorLength,
  descriptorParts,
  PREPROCESSING,
} from "../../../src/image/descriptor.ts";
import { parameterCount } from "../../../src/model/sizes.ts";
import { adam } from "../../../src/optim/adam.ts";
import { sgd } from "../../../src/optim/sgd.ts";
import {
  finalLoss,
  uncorrectedAdam,
} from "../../../src/experiments/compare/bias_correction.ts";
import { bowl, descendBowl } from "../../../src/experiments/compare/bowl.ts";
import {
  type ComparisonData,
  runComparison,
  TRIALS,
} from "../../../src/experiments/compare/comparison.ts";
import { compareHeads } from "../../../src/experiments/compare/heads.ts";
import { compareMemory } from "../../../src/experiments/compare/memory.ts";
import { LEARNING_RATES } from "../../../src/experiments/compare/optimizers.ts";
import { PLAIN_RECIPE } from "../../../src/experiments/compare/recipe.ts";
import {
  comparisonCharts,
  renderComparison,
} from "../../../src/experiments/compare/report.ts";
import {
  type Material,
  runTrial,
} from "../../../src/experiments/compare/trial.ts";
import { OPTIMIZER_NAMES } from "../../../src/optim/registry.ts";
import { allRows, patternExamples } from "../../train/examples.ts";
import {
  assertChartsFit,
  assertSelfContained,
  assertWellFormed,
} from "../../report/page.ts";

const SIZES = { inputs: 16, hidden: [12], domains: 3, items: 4 };
const EXAMPLES = patternExamples(SIZES, 10);
const ROWS = rowsOf(EXAMPLES.length);
const MATERIAL: Material = {
  examples: EXAMPLES,
  parts: [SIZES.inputs],
  rows: ROWS,
  signal: undefined,
};

/** Rows of every class in all three parts: examples go round domains and items. */
function rowsOf(length: number) {
  const rows = allRows(length);
  const part = (row: number) => Math.floor(row / 12) % 5;
  return {
    train: rows.filter((row) => part(row) < 3),
    validation: rows.filter((row) => part(row) === 3),
    test: rows.filter((row) => part(row) === 4),
  };
}

Deno.test("gradient descent goes down the bowl as its recurrence says", async () => {
  const [descent] = await descendBowl();
  assertEquals(descent!.name, "sgd");
  let [x, y] = [-7, 2];
  for (const [px, py] of descent!.points) {
    assertAlmostEquals(px, x, 1e-5);
    assertAlmostEquals(py, y, 1e-5);
    x -= 0.95 * x / 10;
    y -= 0.95 * 2 * y;
  }
});

Deno.test("every optimizer ends far below where it started", async () => {
  const paths = await descendBowl();
  assertEquals(
    paths.map(({ name }) => name).sort(),
    [...OPTIMIZER_NAMES].sort(),
  );
  for (const { name, points } of paths) {
    assertEquals(points.length, 31);
    assertLess(bowl(...points.at(-1)!), bowl(-7, 2) / 20, name);
  }
});

Deno.test("the first step of Adam is √(1 − β₂)/(1 − β₁) times too long without bias correction", async () => {
  const firstStep = async (beta2: number, corrected: boolean) => {
    const optimizer = corrected ? adam({ beta2 }) : uncorrectedAdam(beta2);
    const { kernels, views } = await createArena((allocate) => ({
      parameter: allocate.floats(1),
      gradient: allocate.floats(1),
      moments: optimizer.slots.map(() => allocate.floats(1)),
    }));
    views.gradient[0] = 0.5;
    optimizer.update(kernels, {
      ...views,
      step: 1,
      learningRate: 0.01,
      decay: true,
    });
    return -views.parameter[0]!;
  };
  for (const beta2 of [0.99, 0.999, 0.9999]) {
    assertAlmostEquals(await firstStep(beta2, true), 0.01, 1e-6);
    const expected = 0.01 * (1 - 0.9) / Math.sqrt(1 - beta2);
    assertAlmostEquals(await firstStep(beta2, false), expected, 1e-5);
  }
});

Deno.test("the final loss is the mean of the last twenty, and none of a run that stopped", () => {
  const losses = Array.from({ length: 30 }, (_, t) => t);
  assertEquals(finalLoss(losses, 30), 19.5);
  assertEquals(finalLoss(losses, 31), undefined);
});

Deno.test("memory is counted per slot", () => {
  const results = compareMemory(SIZES);
  assertEquals(
    results.map(({ name }) => name).sort(),
    [...OPTIMIZER_NAMES].sort(),
  );
  const bytes = 4 * parameterCount(SIZES);
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

Deno.test("two heads, two networks and all pairs answer the same two questions", async () => {
  let networks = 0;
  const results = await compareHeads(
    MATERIAL,
    SIZES,
    [0, 1],
    () => networks++,
  );
  assertEquals(networks, 8);
  const trunk = 16 * 12 + 12;
  assertEquals(
    results.map(({ name, parameters }) => [name, parameters]),
    [
      ["two heads", trunk + 13 * (3 + 4)],
      ["two networks", 2 * trunk + 13 * (3 + 4)],
      ["all pairs", trunk + 13 * 12],
    ],
  );
  for (const { name, item, domain, both } of results) {
    [item, domain, both].forEach((shares) => assertEquals(shares.length, 2));
    both.forEach((share, seed) => {
      assert(share <= Math.min(item[seed]!, domain[seed]!), name);
      assert(share >= item[seed]! + domain[seed]! - 1 - 1e-9, name);
    });
  }
  // Better than always saying the same.
  assertGreater(results[0]!.domain[0]!, 1 / 3);
});

Deno.test("a trial that diverges is an outcome, not an error", async () => {
  const trial = await runTrial(MATERIAL, {
    sizes: SIZES,
    optimizer: sgd(),
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
        {
          sizes: SIZES,
          optimizer: sgd(),
          recipe: PLAIN_RECIPE,
        },
      ),
    Error,
    "enough",
  );
});

/** Everything at the smallest size at which there is something to compare. */
function smallData(): ComparisonData {
  const preprocessing = {
    ...PREPROCESSING,
    size: 16,
    radii: [1],
    cells: 2,
    grid: 2,
    colorLevels: 2,
  };
  const inputs = descriptorLength(preprocessing);
  const classes = { domains: 2, items: 3 };
  const examples = patternExamples({ inputs, ...classes }, 10);
  const rows = rowsOf(examples.length);
  return {
    described: {
      ...examples,
      domains: ["here", "<there>"],
      items: ["mug", "pen", "<script>"],
      preprocessing,
      inputs,
      parts: descriptorParts(preprocessing),
      hash: "c0ffee",
    },
    raw: { ...patternExamples({ inputs: 12, ...classes }, 10), inputs: 12 },
    blocks: rows,
    random: rows,
    seed: 0,
  };
}

Deno.test("a whole comparison makes one page and a chart for every picture, and but for its times the same again", async () => {
  const seen: [number, string][] = [];
  const comparison = await runComparison(smallData(), {
    onTrial: (done, part) => void seen.push([done, part]),
  });
  assertEquals(
    seen.map(([done]) => done),
    Array.from({ length: TRIALS }, (_, i) => i + 1),
  );
  const html = renderComparison(comparison);
  assertWellFormed(html);
  assertSelfContained(html);
  assertChartsFit(html);
  for (
    const section of ["bowl", "optimizers", "heads", "bias", "memory", "book"]
  ) assertStringIncludes(html, `<section id="${section}">`);
  assertStringIncludes(html, "60 pictures of 3 items in 2 domains");
  assertEquals(Object.keys(comparisonCharts(comparison)), [
    "bowl",
    "optimizers",
    "heads",
    "bias-correction",
    "memory",
    "book",
  ]);
  const timeless = (value: unknown) =>
    JSON.parse(
      JSON.stringify(
        value,
        (key, each) => /seconds/i.test(key) ? undefined : each,
      ),
    );
  const again = await runComparison(smallData());
  assertEquals(timeless(again), timeless(comparison));
});
