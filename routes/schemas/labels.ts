/** POST /labels, PATCH and DELETE /labels/{head}/{name}. @module */

import * as v from "valibot";
import { field, fields, list } from "./field.ts";
import { wholeBeforeAfter } from "./model.ts";
import { dataUrl } from "./predict.ts";

const text = (description: string) =>
  field(v.pipe(v.string(), v.minLength(1)), "a text", { description });

/** A head by its name. */
export const headName = text("The name of a head of classes.");

/** A class by its name. */
export const className = text("The name of a class.");

const newLabel = { head: headName, label: className };

/** A new class as JSON. */
export function labelBody(maxImages: number) {
  return fields({ ...newLabel, images: list(dataUrl, maxImages) });
}

/** A new class as a form, without its images. */
export const labelForm = fields(newLabel);

/** Another name for a class. */
export const renameBody = fields({ label: text("The new name of the class.") });

/** The answer of a change of labels. */
export const labelAnswer = fields({
  version: wholeBeforeAfter,
  step: wholeBeforeAfter,
  sha256: v.string(),
  head: v.string(),
  label: v.string(),
});
