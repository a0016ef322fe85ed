/** The flags of `deno task train`, and the training plan they make. @module */

import { parseShares } from "../data/split.ts";
import { createOptimizer, OPTIMIZER_NAMES } from "../optim/registry.ts";
import { SCHEDULES } from "../optim/schedule.ts";
import { KEEP } from "../train/keep.ts";
import type { TrainingPlan } from "../train/plan.ts";
import { DATA_FLAGS } from "./examples.ts";
import { type Command, type Flag, type Flags, UsageError } from "./flags.ts";

/** What train does where no flag says otherwise: the recipe of the shipped model. */
export const DEFAULTS = {
  out: ".data/model.safetensors",
  hidden: "512",
  epochs: 60,
  batchSize: 64,
  optimizer: "adamw",
  learningRate: 1e-3,
  weightDecay: 0.05,
  schedule: "one-cycle",
  labelSmoothing: 0.1,
  mixup: 0.4,
  dropout: 0.2,
  inputDropout: 0.2,
  cellDropout: 0.1,
  clip: 0,
  keep: "last",
  patience: 0,
  seed: 0,
  split: "80/5/15",
  folds: 0,
} as const;

/** Flags that say what is trained and on which rows, for every command that does. */
export const RECIPE_FLAGS: Readonly<Record<string, Flag>> = {
  epochs: {
    value: "N",
    help: `Passes over the training pictures (${DEFAULTS.epochs}).`,
  },
  "batch-size": {
    value: "N",
    help: `Pictures per step (${DEFAULTS.batchSize}).`,
  },
  hidden: {
    value: "N,N",
    help: `Widths of the trunk, or "none" (${DEFAULTS.hidden}).`,
  },
  optimizer: {
    value: "NAME",
    help: `One of ${OPTIMIZER_NAMES.join(", ")} (${DEFAULTS.optimizer}).`,
  },
  "learning-rate": {
    value: "X",
    help: `Peak learning rate (${DEFAULTS.learningRate}).`,
  },
  "weight-decay": {
    value: "X",
    help: `Weight decay (${DEFAULTS.weightDecay}).`,
  },
  schedule: {
    value: "NAME",
    help: `One of ${SCHEDULES.join(", ")} (${DEFAULTS.schedule}).`,
  },
  "label-smoothing": {
    value: "X",
    help: `Share in [0, 1) (${DEFAULTS.labelSmoothing}).`,
  },
  mixup: {
    value: "ALPHA",
    help: `Beta(α, α) in [0, 1], 0 for none (${DEFAULTS.mixup}).`,
  },
  dropout: {
    value: "P",
    help: `Of trunk units, in [0, 1) (${DEFAULTS.dropout}).`,
  },
  "input-dropout": {
    value: "P",
    help: `Of inputs, in [0, 1) (${DEFAULTS.inputDropout}).`,
  },
  "cell-dropout": {
    value: "P",
    help: `Of all inputs of one place, in [0, 1) (${DEFAULTS.cellDropout}).`,
  },
  clip: {
    value: "NORM",
    help: `Bound on the gradient's norm, 0 for none (${DEFAULTS.clip}).`,
  },
  keep: {
    value: "WHICH",
    help:
      `The weights of the last epoch, or of the best on validation (${DEFAULTS.keep}).`,
  },
  patience: {
    value: "N",
    help:
      `Stop after N epochs that were no better, 0 for never (${DEFAULTS.patience}).`,
  },
  split: {
    value: "A/B/C",
    help: `Train/validation/test per cent (${DEFAULTS.split}).`,
  },
  "split-by": {
    value: "HOW",
    help: "blocks of neighbouring pictures, or rows (blocks).",
  },
};

/** The train command. */
export const COMMAND: Command = {
  name: "train",
  operands: "[flags]",
  summary: "Trains a model. Without --data it trains on the built-in sketches.",
  flags: {
    ...DATA_FLAGS,
    out: { value: "FILE", help: `Where the model goes (${DEFAULTS.out}).` },
    resume: { value: "FILE", help: "Go on with a run that was stopped." },
    ...RECIPE_FLAGS,
    seed: {
      value: "N",
      help: `Everything random follows from it (${DEFAULTS.seed}).`,
    },
    folds: {
      value: "N",
      help:
        `Judge and calibrate by N more models, each without one fold; 0 for none (${DEFAULTS.folds}).`,
    },
    report: {
      value: "FILE",
      help: "Write a report of the run, one HTML file.",
    },
    licence: {
      value: "TEXT",
      help: "What the model card says of the pictures' licence.",
    },
    appendix: {
      value: "FILE",
      help: "Markdown to end the model card with, such as that of ablate.",
    },
    moments: {
      value: "WHICH",
      help: "Keep the moments of all tensors, or of the heads (all).",
    },
  },
};

/** A cross-validation has at least two folds. */
function foldsOf(flags: Flags, fallback: number): number {
  return flags.number(
    "folds",
    fallback,
    "0 or a whole number > 1",
    (value) => value === 0 || (Number.isSafeInteger(value) && value > 1),
  );
}

/** The plan that the flags ask for; what they do not mention is as before, or the default. */
export function planOf(
  flags: Flags,
  before: TrainingPlan | undefined,
): TrainingPlan {
  const had = before?.recipe;
  const optimizer = flags.choice(
    "optimizer",
    OPTIMIZER_NAMES,
    before?.optimizer.name ?? DEFAULTS.optimizer,
  );
  const weightDecay = flags.magnitude(
    "weight-decay",
    Number(before?.optimizer.options.weightDecay ?? DEFAULTS.weightDecay),
  );
  const [shares = DEFAULTS.split, by = "blocks"] = before?.split.split(" ") ??
    [];
  const split = flags.text("split") ?? shares;
  try {
    parseShares(split);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const positive = (name: string, fallback: number) =>
    flags.number(name, fallback, "a number > 0", (value) => value > 0);
  return {
    hidden: hiddenOf(flags.text("hidden")) ?? before?.hidden ??
      hiddenOf(DEFAULTS.hidden)!,
    optimizer: {
      name: optimizer,
      options: createOptimizer(optimizer, {
        ...before?.optimizer.options,
        weightDecay,
      }).options,
    },
    recipe: {
      epochs: flags.integer("epochs", had?.epochs ?? DEFAULTS.epochs, 1),
      batchSize: flags.integer(
        "batch-size",
        had?.batchSize ?? DEFAULTS.batchSize,
        1,
      ),
      learningRate: positive(
        "learning-rate",
        had?.learningRate ?? DEFAULTS.learningRate,
      ),
      schedule: flags.choice(
        "schedule",
        SCHEDULES,
        had?.schedule ?? DEFAULTS.schedule,
      ),
      labelSmoothing: flags.fraction(
        "label-smoothing",
        had?.labelSmoothing ?? DEFAULTS.labelSmoothing,
      ),
      inputDropout: flags.fraction(
        "input-dropout",
        had?.inputDropout ?? DEFAULTS.inputDropout,
      ),
      cellDropout: flags.fraction(
        "cell-dropout",
        had?.cellDropout ?? DEFAULTS.cellDropout,
      ),
      hiddenDropout: flags.fraction(
        "dropout",
        had?.hiddenDropout ?? DEFAULTS.dropout,
      ),
      mixup: flags.number(
        "mixup",
        had?.mixup ?? DEFAULTS.mixup,
        "a number in [0, 1]",
        (value) => value >= 0 && value <= 1,
      ),
      maxGradientNorm: flags.magnitude(
        "clip",
        had?.maxGradientNorm ?? DEFAULTS.clip,
      ),
      keep: flags.choice("keep", KEEP, had?.keep ?? DEFAULTS.keep),
      patience: flags.integer(
        "patience",
        had?.patience ?? DEFAULTS.patience,
        0,
      ),
      seed: flags.number(
        "seed",
        had?.seed ?? DEFAULTS.seed,
        "a whole number",
        Number.isSafeInteger,
      ),
    },
    split: `${split} ${
      flags.choice("split-by", ["blocks", "rows"], by as "blocks" | "rows")
    }`,
    folds: foldsOf(flags, before?.folds ?? DEFAULTS.folds),
  };
}

function hiddenOf(text: string | undefined): number[] | undefined {
  if (text === undefined) return undefined;
  if (text === "none") return [];
  const widths = text.split(",").map(Number);
  if (!widths.every((width) => Number.isSafeInteger(width) && width >= 1)) {
    throw new UsageError(
      `Cannot read --hidden: expected widths such as 512 or 256,128, or "none", got "${text}"`,
    );
  }
  return widths;
}
