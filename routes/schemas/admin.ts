/** POST /rollback, POST /import, PUT and DELETE /tags/{name}. @module */

import * as v from "valibot";
import { field, fields, whole } from "./field.ts";
import { wholeBeforeAfter } from "./model.ts";

/** A body that names a version. */
export const versionBody = fields({
  version: field(whole(0), "a whole number ≥ 0", {
    description: "The number of a version.",
  }),
});

/** The name of a tag. */
export const tagName = field(
  v.pipe(v.string(), v.regex(/^[\w.-]{1,64}$/)),
  '1 to 64 letters, digits, ".", "_" or "-"',
  { description: "The name of a tag." },
);

const changed = {
  version: wholeBeforeAfter,
  step: wholeBeforeAfter,
  sha256: v.string(),
};

/** The answer of an import. */
export const importAnswer = fields(changed);

/** The answer of a rollback. */
export const rollbackAnswer = fields({ ...changed, restored: whole(0) });

/** A tag that was set. */
export const tagAnswer = fields({ tag: v.string(), version: whole(0) });
