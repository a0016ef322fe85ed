/** The settings of a training plan: one table of flags, defaults and help. @module */

import { OPTIMIZER_NAMES } from "../optim/registry.ts";
import { SCHEDULES } from "../optim/schedule.ts";
import { KEEP } from "../train/epochs.ts";
import type { Recipe, TrainingPlan } from "../train/plan.ts";
import { type Flags, UsageError } from "./flags.ts";
import {
  fraction,
  magnitude,
  numberThat,
  oneOf,
  type Setting,
  setting,
  wholeFrom,
} from "./settings.ts";

const positive = numberThat("a number > 0", (value) => value > 0);
const share = numberThat(
  "a number in [0, 1]",
  (value) => value >= 0 && value <= 1,
);
const whole = numberThat("a whole number", Number.isSafeInteger);
const noneOrSeveral = numberThat(
  "0 or a whole number > 1",
  (value) => value === 0 || (Number.isSafeInteger(value) && value > 1),
);

// deno-fmt-ignore: a table
/** A setting for each field of a recipe, in the order in which checkpoints keep them; defaults are the shipped model's. */
export const RECIPE: { readonly [Field in keyof Recipe]: Setting<Recipe[Field]> } = {
  epochs: setting("epochs", "N", 60, "Passes over the training images", wholeFrom(1)),
  batchSize: setting("batch-size", "N", 64, "Images per step", wholeFrom(1)),
  learningRate: setting("learning-rate", "X", 1e-3, "Peak learning rate", positive),
  schedule: setting("schedule", "NAME", "one-cycle", `Learning rate schedule: ${SCHEDULES.join(", ")}`, oneOf(SCHEDULES)),
  labelSmoothing: setting("label-smoothing", "X", 0.1, "Label smoothing, in [0, 1)", fraction),
  inputDropout: setting("input-dropout", "P", 0.2, "Dropout of inputs, in [0, 1)", fraction),
  cellDropout: setting("cell-dropout", "P", 0.1, "Dropout of all inputs of one place, in [0, 1)", fraction),
  hiddenDropout: setting("dropout", "P", 0.2, "Dropout of trunk units, in [0, 1)", fraction),
  mixup: setting("mixup", "ALPHA", 0.4, "α of mixup, in [0, 1], 0 for none", share),
  maxGradientNorm: setting("clip", "NORM", 0, "Bound on the gradient's norm, 0 for none", magnitude),
  keep: setting("keep", "WHICH", "last", "Weights of the last epoch, or of the best on validation", oneOf(KEEP)),
  patience: setting("patience", "N", 0, "Stop after N epochs without improvement, 0 for never", wholeFrom(0)),
  seed: setting("seed", "N", 0, "Random seed: everything random follows from it", whole),
};

const STRATEGIES = ["blocks", "rows"] as const;

// deno-fmt-ignore: a table
/** The other settings of a plan. */
export const PLAN = {
  hidden: setting<TrainingPlan["hidden"]>("hidden", "N,N", [512], 'Widths of the trunk, or "none"', readWidths),
  optimizer: setting("optimizer", "NAME", "adamw", `One of ${OPTIMIZER_NAMES.join(", ")}`, oneOf(OPTIMIZER_NAMES)),
  weightDecay: setting("weight-decay", "X", 0.05, "Weight decay", magnitude),
  headWeights: setting<TrainingPlan["headWeights"]>("head-weights", "HEAD=X,…", {}, "Weights of the heads' losses", readWeights, "1 each"),
  split: setting("split", "A/B/C", "80/5/15", "Train/validation/test per cent", readText),
  splitBy: setting<typeof STRATEGIES[number]>("split-by", "HOW", "blocks", "blocks of neighbouring images, or rows", oneOf(STRATEGIES)),
  folds: setting("folds", "N", 0, "Evaluate and calibrate by N more models, each without one fold; 0 for none", noneOrSeveral),
};

function readText(flags: Flags, name: string, fallback: string): string {
  return flags.text(name) ?? fallback;
}

function readWidths(
  flags: Flags,
  name: string,
  fallback: readonly number[],
): readonly number[] {
  const text = flags.text(name);
  if (text === undefined) return fallback;
  if (text === "none") return [];
  const widths = text.split(",").map(Number);
  if (!widths.every((width) => Number.isSafeInteger(width) && width >= 1)) {
    throw new UsageError(
      `Cannot read --${name}: expected widths such as 512 or 256,128, or "none", got "${text}"`,
    );
  }
  return widths;
}

/** "item=0.5,price=2" by name, in the order of the names, so that plans are alike. */
function readWeights(
  flags: Flags,
  name: string,
  fallback: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const text = flags.text(name);
  if (text === undefined) return fallback;
  const weights = text.split(",").sort().map((part): [string, number] => {
    const [head, weight, ...more] = part.split("=");
    return [head!, more.length === 0 ? Number(weight) : NaN];
  });
  const heads = new Set(weights.map(([head]) => head));
  const fits = heads.size === weights.length &&
    weights.every(([head, weight]) =>
      head !== "" && weight > 0 && Number.isFinite(weight)
    );
  if (fits) return Object.fromEntries(weights);
  throw new UsageError(
    `Cannot read --${name}: expected weights > 0 such as item=0.5,price=2, got "${text}"`,
  );
}
