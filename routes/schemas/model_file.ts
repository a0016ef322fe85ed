/** GET /model. @module */

import * as v from "valibot";
import { fields, wholeText } from "./field.ts";

/** The query. */
export const modelQuery = fields({
  version: v.optional(
    wholeText(0, "The version to return; the newest by default."),
  ),
  since: v.optional(
    wholeText(
      0,
      "Return only the tensors that differ from this version's.",
    ),
  ),
});
