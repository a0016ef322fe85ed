/** The flags of `deno task train`, and the training plan they make. @module */

import { parseShares } from "../data/split.ts";
import type { HeadSpec } from "../heads/kinds.ts";
import { createOptimizer } from "../optim/registry.ts";
import type { Recipe, TrainingPlan } from "../train/plan.ts";
import { DATA_FLAGS } from "./examples.ts";
import { type Command, type Flag, type Flags, UsageError } from "./flags.ts";
import { PLAN, RECIPE } from "./recipe.ts";
import { flagsOf, type Setting } from "./settings.ts";

/** Values where no flag says otherwise, for those who want them without flags. */
export const DEFAULTS = {
  out: ".data/model.safetensors",
  split: PLAN.split.fallback,
} as const;

const { seed, ...recipe } = RECIPE;
const { folds, ...plan } = PLAN;

/** Flags that say what is trained and on which rows, for every command that does. */
export const RECIPE_FLAGS: Readonly<Record<string, Flag>> = flagsOf([
  ...Object.values(recipe),
  ...Object.values(plan),
]);

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
    ...flagsOf([seed, folds]),
    report: {
      value: "FILE",
      help: "Write a report of the run, one HTML file.",
    },
    licence: {
      value: "TEXT",
      help: "The licence of the images, for the model card.",
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

/** The plan that the flags ask for; what they do not mention is as before, or the default. */
export function planOf(
  flags: Flags,
  before: TrainingPlan | undefined,
): TrainingPlan {
  return {
    hidden: PLAN.hidden.read(flags, before?.hidden),
    optimizer: optimizerOf(flags, before?.optimizer),
    recipe: recipeOf(flags, before?.recipe),
    headWeights: PLAN.headWeights.read(flags, before?.headWeights),
    split: splitOf(flags, before?.split),
    folds: PLAN.folds.read(flags, before?.folds),
  };
}

/**
 * Checks that a plan weighs the losses of heads that there are.
 *
 * @throws {UsageError} If it names another head.
 */
export function checkHeadWeights(
  { headWeights }: TrainingPlan,
  heads: readonly HeadSpec[],
): void {
  const names = heads.map(({ name }) => name);
  const unknown = Object.keys(headWeights)
    .find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new UsageError(
    `Cannot read --head-weights: expected heads among ${
      names.join(", ")
    }, got "${unknown}"`,
  );
}

function recipeOf(flags: Flags, before: Recipe | undefined): Recipe {
  const fields = Object.keys(RECIPE) as (keyof Recipe)[];
  const values = fields.map((field) => {
    const setting: Setting<unknown> = RECIPE[field];
    return [field, setting.read(flags, before?.[field])] as const;
  });
  return Object.fromEntries(values) as unknown as Recipe;
}

function optimizerOf(
  flags: Flags,
  before: TrainingPlan["optimizer"] | undefined,
): TrainingPlan["optimizer"] {
  const name = PLAN.optimizer.read(flags, before?.name);
  const weightDecay = PLAN.weightDecay.read(
    flags,
    before?.options.weightDecay as number | undefined,
  );
  const asked = { ...before?.options, weightDecay };
  return { name, options: createOptimizer(name, asked).options };
}

function splitOf(flags: Flags, before: string | undefined): string {
  const [sharesBefore, by] = before?.split(" ") ?? [];
  const shares = PLAN.split.read(flags, sharesBefore);
  try {
    parseShares(shares);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  return `${shares} ${PLAN.splitBy.read(flags, by as "blocks" | "rows")}`;
}
