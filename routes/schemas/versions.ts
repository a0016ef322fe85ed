/** GET /versions and GET /versions/{version}. @module */

import * as v from "valibot";
import { fields, whole, wholeText } from "./field.ts";
import { guard } from "./finetune.ts";
import { beforeAfter } from "./model.ts";

/** Versions listed by default. */
export const DEFAULT_LIMIT = 50;
/** The most versions of one list. */
export const MAX_LIMIT = 500;

/** The query of the list. */
export const versionsQuery = fields({
  limit: v.optional(
    wholeText(1, `The most versions to list; ${MAX_LIMIT} at most.`, {
      default: DEFAULT_LIMIT,
    }),
  ),
  before: v.optional(wholeText(0, "Lists only versions before this one.")),
});

const summary = {
  version: whole(0),
  parent: v.nullable(whole(0)),
  change: v.picklist([
    "base",
    "finetune",
    "labels",
    "rollback",
    "import",
    "unreadable",
  ]),
  restored: v.nullable(whole(0)),
  step: whole(0),
  createdAt: v.nullable(v.pipe(v.string(), v.isoTimestamp())),
  sha256: v.string(),
  loss: v.nullable(beforeAfter),
  guard,
  tags: v.array(v.string()),
  by: v.optional(
    v.pipe(v.string(), v.description("The name of the key that made it.")),
  ),
};

/** The history, newest first. */
export const versionsAnswer = fields({ versions: v.array(fields(summary)) });

/** One version. */
export const versionAnswer = fields({
  ...summary,
  steps: v.record(v.string(), whole(0)),
  tensors: v.array(
    fields({
      name: v.string(),
      dtype: v.literal("F32"),
      shape: v.array(whole(0)),
      sha256: v.string(),
    }),
  ),
  request: v.nullable(
    fields({
      scope: v.literal("heads"),
      steps: whole(0),
      learningRate: v.number(),
      examples: whole(0),
    }),
  ),
});
