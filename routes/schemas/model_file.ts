/** GET /model. @module */

import * as v from "valibot";
import { fields, wholeText } from "./field.ts";

/** The query. */
export const modelQuery = fields({
  version: v.optional(
    wholeText(0, "The version to give; the newest by default."),
  ),
  since: v.optional(
    wholeText(
      0,
      "Gives only the tensors whose bytes differ from this version's.",
    ),
  ),
});
