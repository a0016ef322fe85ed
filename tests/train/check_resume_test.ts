import { assert, assertThrows } from "@std/assert";
import { CheckpointError, DataError } from "../../src/errors.ts";
import { PLAIN_RECIPE } from "../../src/experiments/compare/recipe.ts";
import type { HeadSpec } from "../../src/heads/kinds.ts";
import type { Examples } from "../../src/model/examples.ts";
import type { ModelState } from "../../src/model/state.ts";
import type { TrainingPlan } from "../../src/train/plan.ts";
import { checkResume } from "../../src/train/resume.ts";
import { runTraining } from "../../src/train/run.ts";
import { allRows, fourHeadExamples } from "./examples.ts";

const EXAMPLES = fourHeadExamples(12, 4, { noise: 9 });
const HEADS = EXAMPLES.heads;

const PLAN: TrainingPlan = {
  hidden: [5],
  optimizer: { name: "adam", options: {} },
  split: "100/0/0 rows",
  folds: 0,
  headWeights: {},
  recipe: {
    ...PLAIN_RECIPE,
    epochs: 2,
    batchSize: 8,
    learningRate: 0.01,
    seed: 1,
  },
};

const none = new Uint32Array();
const rows = { train: allRows(EXAMPLES.length), validation: none, test: none };
const { state } = await runTraining(EXAMPLES, rows, PLAN, undefined);

/** The examples with heads in place of their own. */
function withHeads(heads: readonly HeadSpec[]): Examples {
  return { ...EXAMPLES, heads };
}

/** The heads, that of a kind with the given properties. */
function changed(kind: HeadSpec["kind"], change: object): HeadSpec[] {
  const first = HEADS.findIndex((head) => head.kind === kind);
  return HEADS.map((head, h) =>
    h === first ? { ...head, ...change } as HeadSpec : head
  );
}

function refuse(
  message: string,
  examples: Examples,
  plan = PLAN,
  from: ModelState = state,
  kind: new (message: string) => Error = DataError,
): void {
  assertThrows(() => checkResume(from, plan, examples), kind, message);
}

Deno.test("a run goes on with what it began with, or with more epochs", () => {
  checkResume(state, PLAN, EXAMPLES);
  const recipe = { ...PLAN.recipe, epochs: 9 };
  checkResume(state, { ...PLAN, recipe }, EXAMPLES);
});

Deno.test("a run does not go on with other heads, and says which differ", () => {
  const first = HEADS.find((head) => head.kind === "classes");
  const number = HEADS.find((head) => head.kind === "number");
  assert(first?.kind === "classes" && number?.kind === "number");
  const { name, labels } = first;
  refuse("expected the heads of the start, ", withHeads(HEADS.slice(1)));
  refuse("expected the heads of the start, ", withHeads(HEADS.toReversed()));
  refuse(
    `got ${name} (binary), `,
    withHeads(changed("classes", { kind: "binary", labels: undefined })),
  );
  refuse(
    `${number.name} (number in ells)`,
    withHeads(changed("number", { unit: "ells" })),
  );
  const of = `expected ${name} to have the labels of the start, got `;
  refuse(
    `${of}a list with new`,
    withHeads(changed("classes", { labels: [...labels, "new"] })),
  );
  refuse(
    `${of}a list with new and without ${labels[0]}`,
    withHeads(changed("classes", { labels: ["new", ...labels.slice(1)] })),
  );
  refuse(
    `${of}them in another order`,
    withHeads(changed("classes", { labels: labels.toReversed() })),
  );
});

Deno.test("scales of numbers are measured, not compared", () => {
  checkResume(
    state,
    PLAN,
    withHeads(changed("number", { mean: 7, standardDeviation: 3 })),
  );
});

Deno.test("a run does not go on with another plan, other images or without moments", () => {
  const recipe = { ...PLAN.recipe, seed: 2 };
  refuse(
    "expected recipe.seed 1 as at the start, got 2",
    EXAMPLES,
    { ...PLAN, recipe },
    state,
    RangeError,
  );
  const { epochs } = PLAN.recipe;
  refuse(
    `expected recipe.epochs ${epochs} as at the start, got ${epochs - 1}`,
    EXAMPLES,
    { ...PLAN, recipe: { ...PLAN.recipe, epochs: epochs - 1 } },
    state,
    RangeError,
  );
  refuse("(sha-256 ff)", { ...EXAMPLES, hash: "ff" });
  refuse(
    "expected the optimizer's moments of every tensor",
    EXAMPLES,
    PLAN,
    { ...state, moments: new Map() },
    CheckpointError,
  );
});
