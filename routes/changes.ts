/** Changes of the model over HTTP: the options that a request sets, and the answer. @module */

import type { Context } from "hono";
import { entityTag } from "../src/service/answers.ts";
import type { Changed, ChangeOptions } from "../src/service/editor.ts";
import { readIfMatch } from "./headers.ts";
import { noteOf, recordOf } from "./record.ts";

/** The options of a change: allowed states, the name of the key, and the record of its parts. */
export function changeOptionsOf(c: Context): ChangeOptions {
  return {
    ifMatch: readIfMatch(c),
    by: recordOf(c).key?.name,
    note: noteOf(c),
  };
}

/** Answers with a change and further fields, under the entity tag of the new version. */
export function answerChange(
  c: Context,
  change: Changed,
  rest: Readonly<Record<string, unknown>> = {},
): Response {
  recordOf(c).version = change.version.after;
  return c.json({ ...change, ...rest }, 200, {
    ETag: entityTag(change.sha256),
    "Cache-Control": "no-store",
  });
}
