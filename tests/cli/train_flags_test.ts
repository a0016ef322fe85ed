import {
  assert,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { helpText, parseFlags, UsageError } from "../../src/cli/flags.ts";
import {
  checkHeadWeights,
  COMMAND,
  DEFAULTS,
  planOf,
  RECIPE_FLAGS,
} from "../../src/cli/train_flags.ts";
import type { TrainingPlan } from "../../src/train/plan.ts";

const plan = (args: string[] = [], before?: TrainingPlan) =>
  planOf(parseFlags(COMMAND, args), before);

Deno.test("without flags the plan is that of the shipped model", () => {
  assertEquals(plan(), {
    hidden: [512],
    optimizer: {
      name: "adamw",
      options: {
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weightDecay: 0.05,
        amsgrad: false,
      },
    },
    recipe: {
      epochs: 60,
      batchSize: 64,
      learningRate: 1e-3,
      schedule: "one-cycle",
      labelSmoothing: 0.1,
      inputDropout: 0.2,
      cellDropout: 0.1,
      hiddenDropout: 0.2,
      mixup: 0.4,
      maxGradientNorm: 0,
      keep: "last",
      patience: 0,
      seed: 0,
    },
    headWeights: {},
    split: "80/5/15 blocks",
    folds: 0,
  });
});

Deno.test("fields stand in the order in which checkpoints have always had them", () => {
  // A file's bytes, and so its hash, depend on it.
  assertEquals(
    Object.keys(plan().recipe).join(" "),
    "epochs batchSize learningRate schedule labelSmoothing inputDropout " +
      "cellDropout hiddenDropout mixup maxGradientNorm keep patience seed",
  );
});

Deno.test("every flag says otherwise, and a resumed plan keeps what no flag mentions", () => {
  const flags = {
    "epochs": "7",
    "batch-size": "16",
    "hidden": "64,32",
    "optimizer": "momentum",
    "learning-rate": "0.5",
    "weight-decay": "0.25",
    "schedule": "cosine",
    "label-smoothing": "0",
    "mixup": "1",
    "dropout": "0.5",
    "input-dropout": "0.4",
    "cell-dropout": "0.3",
    "clip": "2",
    "keep": "best",
    "patience": "3",
    "seed": "-4",
    "split": "70/10/20",
    "split-by": "rows",
    "folds": "5",
    "head-weights": "price=2,item=0.5",
  };
  const asked = plan(
    Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
  );
  assertEquals(asked, {
    hidden: [64, 32],
    optimizer: {
      name: "momentum",
      options: { momentum: 0.9, nesterov: false, weightDecay: 0.25 },
    },
    recipe: {
      epochs: 7,
      batchSize: 16,
      learningRate: 0.5,
      schedule: "cosine",
      labelSmoothing: 0,
      inputDropout: 0.4,
      cellDropout: 0.3,
      hiddenDropout: 0.5,
      mixup: 1,
      maxGradientNorm: 2,
      keep: "best",
      patience: 3,
      seed: -4,
    },
    headWeights: { item: 0.5, price: 2 },
    split: "70/10/20 rows",
    folds: 5,
  });
  assertEquals(plan([], asked), asked);
  assertEquals(plan(["--epochs", "9"], asked), {
    ...asked,
    recipe: { ...asked.recipe, epochs: 9 },
  });
  // Checkpoints of the time before there were weights have none.
  const { headWeights: _, ...older } = asked;
  assertEquals(plan([], older as TrainingPlan).headWeights, {});
});

Deno.test("the help names the heads of the sketches", () => {
  assertStringIncludes(
    helpText(COMMAND).replaceAll(/\s+/g, " "),
    "of the sketches domain, item, turn, shaded)",
  );
});

Deno.test("the help fits a terminal of 80 columns, and breaks between words", () => {
  const lines = helpText(COMMAND).split("\n");
  assertEquals(lines.filter(({ length }) => length > 80), []);
  const [from] = lines.entries().find(([, line]) => line.includes("--from"))!;
  assertEquals(lines.slice(from, from + 2), [
    "  --from FILE              Begin with the trunk of this model, and with its",
    "                           heads that are the same.",
  ]);
});

Deno.test("the help shows each default once", () => {
  const help = helpText(COMMAND);
  for (
    const line of [
      /--epochs N +Passes over the training images \(60\)\./,
      /--hidden N,N +Widths of the trunk, or "none" \(512\)\./,
      /--head-weights HEAD=X,… +Weights of the heads' losses \(1 each\)\./,
      /--split A\/B\/C +Train\/validation\/test per cent \(80\/5\/15\)\./,
    ]
  ) assert(line.test(help), String(line));
  assertEquals(DEFAULTS.split, "80/5/15");
  assert(!("seed" in RECIPE_FLAGS) && !("folds" in RECIPE_FLAGS));
});

Deno.test("values that do not fit are refused with what was expected", () => {
  const refuse = (flag: string, value: string, expected: string) =>
    assertThrows(
      () => plan([`--${flag}=${value}`]),
      UsageError,
      `Cannot read --${flag}: expected ${expected}, got "${value}"`,
    );
  refuse("hidden", "64,none", 'widths such as 512 or 256,128, or "none"');
  refuse("mixup", "1.5", "a number in [0, 1]");
  refuse("patience", "-1", "a whole number ≥ 0");
  refuse("folds", "1", "0 or a whole number > 1");
  refuse("keep", "first", "one of last, best");
  for (const weights of ["item", "item=0", "item=1=2", "=1", "a=1,a=2"]) {
    refuse("head-weights", weights, "weights > 0 such as item=0.5,price=2");
  }
});

Deno.test("weights of heads that there are not are refused", () => {
  const heads = [{ name: "item", kind: "binary" }] as const;
  checkHeadWeights(plan(["--head-weights", "item=2"]), heads);
  assertThrows(
    () => checkHeadWeights(plan(["--head-weights", "price=2"]), heads),
    UsageError,
    'expected heads among item, got "price"',
  );
});
