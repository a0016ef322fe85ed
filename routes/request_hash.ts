/** A hash by which a request is recognized that is sent again. @module */

import type { Context } from "hono";
import { sha256 } from "../src/model/bits.ts";
import { readBytes } from "./body.ts";
import type { Form } from "./form.ts";
import type { LessonBody } from "./lesson.ts";

/**
 * A hash of a body: requests with equal hashes are the same. It depends on nothing but
 * the body, so that a repeated request is recognized whatever labels the model has by
 * then. Of a form the fields count, since each sending chooses a boundary of its own.
 */
export async function requestHash(
  c: Context,
  body: LessonBody,
): Promise<string> {
  if ("json" in body) return await sha256(await readBytes(c));
  const fields = JSON.stringify(await fieldsOf(body.form));
  return await sha256(new TextEncoder().encode(fields));
}

/** The fields of a form, its files by their hashes. */
async function fieldsOf(form: Form): Promise<unknown[]> {
  const fields: unknown[] = [];
  for (const name of form.names.toSorted()) {
    for (const value of form.getAll(name)) {
      const file = typeof value !== "string";
      fields.push([name, file, file ? await sha256(value.slice()) : value]);
    }
  }
  return fields;
}
