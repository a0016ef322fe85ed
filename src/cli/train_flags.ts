/** The flags of `deno task train`, and the training plan they make. @module */

import { parseShares } from "../data/split.ts";
import type { HeadSpec } from "../heads/kinds.ts";
import { createOptimizer } from "../optim/registry.ts";
import type { Origin } from "../train/origin.ts";
import { type Recipe, type TrainingPlan, TRUNKS } from "../train/plan.ts";
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
    resume: { value: "FILE", help: "Resume a run that was stopped." },
    from: {
      value: "FILE",
      help:
        "Begin with the trunk of this model, and with its heads that are the same.",
    },
    trunk: {
      value: "HOW",
      help: `Training of that trunk: ${TRUNKS.join(", ")} (tuned).`,
    },
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
      help: "Markdown to append to the model card, such as that of ablate.",
    },
    moments: {
      value: "WHICH",
      help: "Moments to keep: of all tensors, or of the heads (all).",
    },
  },
};

/** A model to begin with, and its file's sha-256. */
export interface NamedOrigin {
  readonly model: Origin;
  readonly sha256: string;
}

/** The plan that the flags set; other settings are as before, or the default. */
export function planOf(
  flags: Flags,
  before: TrainingPlan | undefined,
  origin?: NamedOrigin,
): TrainingPlan {
  const from = fromOf(flags, before?.from, origin);
  const plan = {
    hidden: PLAN.hidden.read(
      flags,
      before?.hidden ?? origin?.model.sizes.hidden,
    ),
    optimizer: optimizerOf(flags, before?.optimizer),
    recipe: recipeOf(flags, before?.recipe),
    headWeights: PLAN.headWeights.read(flags, before?.headWeights),
    split: splitOf(flags, before?.split),
    folds: PLAN.folds.read(flags, before?.folds),
    ...(from && { from }),
  };
  return from?.trunk === "frozen"
    ? { ...plan, recipe: recipeBehindTrunk(flags, plan.recipe) }
    : plan;
}

function fromOf(
  flags: Flags,
  before: TrainingPlan["from"],
  origin: NamedOrigin | undefined,
): TrainingPlan["from"] {
  if (flags.has("trunk") && origin === undefined) {
    throw new UsageError(
      "Cannot choose what becomes of a trunk: expected --from FILE with --trunk, got none",
    );
  }
  if (origin === undefined) return before;
  const trunk = flags.choice("trunk", TRUNKS, before?.trunk ?? "tuned");
  return { trunk, sha256: origin.sha256 };
}

/** The recipe for a frozen trunk: its outputs are computed once, so its inputs cannot be dropped. */
function recipeBehindTrunk(flags: Flags, recipe: Recipe): Recipe {
  for (const field of ["inputDropout", "cellDropout"] as const) {
    const { name } = RECIPE[field];
    if (flags.has(name) && recipe[field] > 0) {
      throw new UsageError(
        `Cannot drop inputs of a frozen trunk, whose outputs are computed once: expected --${name} 0, got ${
          recipe[field]
        }`,
      );
    }
  }
  return { ...recipe, inputDropout: 0, cellDropout: 0 };
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
