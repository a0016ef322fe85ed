/** The pieces of a recipe that can be taken away or changed, one at a time. @module */

import { PREPROCESSING } from "../../image/descriptor.ts";
import type { Examples } from "../../model/examples.ts";
import type { Recipe, TrainingPlan } from "../../train/plan.ts";
import { withoutKind, withoutMirror, withViews } from "./reduced_examples.ts";

/** The examples that a network is trained on, and the plan it is trained by. */
export interface Setup {
  readonly examples: Examples;
  readonly plan: TrainingPlan;
}

/** A setup with one thing changed. */
export type Change = (setup: Setup) => Setup;

/** Every change by its name, in the order of the table. */
export const PIECES: Readonly<Record<string, Change>> = {
  "without single gradients": examples(withoutKind("single gradients")),
  ...Object.fromEntries(PREPROCESSING.radii.map((radius) => [
    `without pairs at radius ${radius}`,
    examples(withoutKind(`pairs at radius ${radius}`)),
  ])),
  "without colours": examples(withoutKind("colours")),
  "without sharpness": examples(withoutKind("sharpness")),
  "without mirror images": examples(withoutMirror),
  "the plain image only": examples(withViews(1)),
  "the first 8 views only": examples(withViews(8)),
  "without mixup": recipe({ mixup: 0 }),
  "without label smoothing": recipe({ labelSmoothing: 0 }),
  "without dropout": recipe({ inputDropout: 0, hiddenDropout: 0 }),
  "without cell dropout": recipe({ cellDropout: 0 }),
  "without weight decay": optimizer({ weightDecay: 0 }),
  "constant learning rate": recipe({ schedule: "constant" }),
  "trunk of 256": trunk(256),
  "trunk of 1024": trunk(1024),
  "trunk of 512 and 256": trunk(512, 256),
};

function examples(change: (examples: Examples) => Examples): Change {
  return ({ examples, plan }) => ({ examples: change(examples), plan });
}

function recipe(change: Partial<Recipe>): Change {
  return ({ examples, plan }) => ({
    examples,
    plan: { ...plan, recipe: { ...plan.recipe, ...change } },
  });
}

function optimizer(
  change: TrainingPlan["optimizer"]["options"],
): Change {
  return ({ examples, plan }) => {
    const { name, options } = plan.optimizer;
    return {
      examples,
      plan: {
        ...plan,
        optimizer: { name, options: { ...options, ...change } },
      },
    };
  };
}

function trunk(...hidden: number[]): Change {
  return ({ examples, plan }) => ({ examples, plan: { ...plan, hidden } });
}
