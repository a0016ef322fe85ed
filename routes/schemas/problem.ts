/** Errors: RFC 9457 problem details. @module */

import * as v from "valibot";
import { fields, whole } from "./field.ts";

/** A problem: an error and where it is. */
export const problemSchema = fields({
  type: v.literal("about:blank"),
  title: v.string(),
  status: whole(400, 599),
  detail: v.pipe(
    v.string(),
    v.description("What could not be done, what was expected, what came."),
  ),
  error: v.optional(
    v.pipe(v.string(), v.description("On /v2: the detail once more.")),
  ),
  field: v.optional(
    v.pipe(
      v.string(),
      v.description("The path of the field, such as examples[1].image."),
    ),
  ),
  known: v.optional(
    v.pipe(
      v.array(v.string()),
      v.description("The values that are valid here."),
    ),
  ),
});
