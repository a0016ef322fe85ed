import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  type Adaptation,
  runAdaptation,
} from "../../../src/experiments/adapt/adaptation.ts";
import { taskOf } from "../../../src/experiments/adapt/protocol.ts";
import {
  adaptationTable,
  renderAdaptation,
} from "../../../src/experiments/adapt/report.ts";
import type { AdaptationHooks } from "../../../src/experiments/adapt/trunks.ts";
import { publishedOf, WAYS } from "../../../src/experiments/adapt/ways.ts";
import { PLAIN_RECIPE } from "../../../src/experiments/compare/recipe.ts";
import type { ModelState } from "../../../src/model/state.ts";
import type { TrainingPlan } from "../../../src/train/plan.ts";
import { domainExamples } from "./domains.ts";

const EXAMPLES = domainExamples();
const TASK = taskOf(EXAMPLES.heads, { source: "near", target: "far" });
const PLAN: TrainingPlan = {
  hidden: [32],
  optimizer: { name: "adamw", options: {} },
  split: "80/5/15 rows",
  folds: 0,
  headWeights: {},
  recipe: {
    ...PLAIN_RECIPE,
    epochs: 30,
    batchSize: 16,
    learningRate: 0.01,
    schedule: "one-cycle",
  },
};

const run = (hooks?: AdaptationHooks, draws = 2) =>
  runAdaptation({
    examples: EXAMPLES,
    task: TASK,
    plan: PLAN,
    perClass: 8,
    shots: [0, 1, 3],
    draws,
  }, hooks);

const kept = new Map<string, ModelState>();
const steps: number[][] = [];
const RESULT = await run({
  keep: (name, state) => Promise.resolve(void kept.set(name, state)),
  onStep: (done, total) => void steps.push([done, total]),
});

/** The mean accuracy of a way. */
function accuracy({ points }: Adaptation, shots: number, way: string): number {
  const values = points.find((point) => point.shots === shots)!
    .accuracies[way]!;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

Deno.test("every way is judged by the same images, draw by draw", () => {
  const { points, ...rest } = RESULT;
  assertEquals(
    { ...rest, seconds: 0 },
    {
      dataset: { hash: EXAMPLES.hash, images: EXAMPLES.length },
      head: "item",
      source: "near",
      target: "far",
      perClass: 8,
      sourceImages: 48,
      draws: 2,
      seconds: 0,
    },
  );
  assertEquals(
    points.map(({ shots, labelled, test }) => [shots, labelled, test]),
    [
      [0, 0, 72],
      [1, 6, 66],
      [3, 18, 54],
    ],
  );
  for (const { accuracies, test } of points) {
    assertEquals(Object.keys(accuracies), WAYS.map(({ name }) => name));
    for (const value of Object.values(accuracies).flat()) {
      assert(Math.abs(value * test - Math.round(value * test)) < 1e-9);
    }
  }
});

Deno.test("labelled images of the target help every way, and without any nothing changes", () => {
  const before = accuracy(RESULT, 0, "source only");
  for (const way of ["corrections", "joint training"]) {
    assertEquals(accuracy(RESULT, 0, way), before, way);
  }
  for (const { name } of WAYS.slice(1)) {
    assert(accuracy(RESULT, 3, name) > before + 0.05, name);
  }
});

Deno.test("the same seeds give the same figures, from kept models too", async () => {
  const found: string[] = [];
  const again = await run({
    find(name) {
      found.push(name);
      return Promise.resolve(kept.get(name));
    },
    keep: () => Promise.reject(new Error("all models are there")),
  });
  assertEquals(again.points, RESULT.points);
  assertEquals(new Set(found), new Set(kept.keys()));
  assertEquals(kept.size, 6, "a source model and two joint ones in each draw");
  const alone = await run(undefined, 1);
  assertEquals(
    alone.points[2]!.accuracies["discriminants"],
    RESULT.points[2]!.accuracies["discriminants"]!.slice(0, 1),
  );
});

Deno.test("progress counts every step, and an interruption ends it", async () => {
  const done = steps.map(([done]) => done!);
  assertEquals(done, done.toSorted((a, b) => a - b));
  const [last, total] = steps.at(-1)!;
  assertEquals(last, total);
  const interrupt = new AbortController();
  await assertRejects(
    () =>
      run({
        signal: interrupt.signal,
        onStep: (done) => done === 50 && interrupt.abort(),
      }),
    DOMException,
  );
});

Deno.test("the page draws all ways, the table has the published figures where they belong", () => {
  const page = renderAdaptation(RESULT, 3, "deno task adapt");
  for (const { name, meaning } of WAYS) {
    assertStringIncludes(page, name);
    assertStringIncludes(page, meaning.replaceAll("'", "&#39;"));
  }
  assertStringIncludes(page, "From near to far");
  assert(!page.includes("published"), "there is nothing of these domains");
  const famous = { ...RESULT, source: "amazon", target: "webcam" };
  assertStringIncludes(renderAdaptation(famous, 3, ""), "DaNN (published)");
  assertStringIncludes(adaptationTable(famous, 3), "52.8%");
  assert(
    !adaptationTable(famous, 1).includes("52.8%"),
    "that was with 3 shots",
  );
  assertEquals(publishedOf("webcam", "dslr").map(({ accuracy }) => accuracy), [
    0.835,
    0.762,
  ]);
});
