/** Request bodies: JSON, forms and data: URLs, each error with the path of its field. @module */

import type { Context } from "hono";
import { REQUEST_LIMITS, type RequestLimits } from "../src/service/limits.ts";
import { turn } from "../src/waiting.ts";
import type { Form, FormValue } from "./form.ts";
import { problem } from "./problem.ts";

/** A part of a request and its path. */
export interface Field<T> {
  readonly path: string;
  readonly value: T;
}

/** The kind of body that the Content-Type announces. */
export function bodyKind(c: Context): "form" | "json" | "text" | "bytes" {
  const type = (c.req.header("Content-Type") ?? "").split(";")[0]!.trim()
    .toLowerCase();
  if (type === "multipart/form-data") return "form";
  if (type === "application/json" || type.endsWith("+json")) return "json";
  return type.startsWith("text/") ? "text" : "bytes";
}

/** Bodies of this size are parsed piece by piece. */
const LARGE = 1024 * 1024;
/** Values in a JSON body: far more than any request without pixels needs. */
const MAX_JSON_VALUES = 20_000;

/** The body as a JSON object of at most so many values. */
export async function readJson(
  c: Context,
  { jsonDepth }: Pick<RequestLimits, "jsonDepth"> = REQUEST_LIMITS,
  values = MAX_JSON_VALUES,
): Promise<Record<string, unknown>> {
  const { shapeFault } = await import("./json.ts");
  const bytes = await readBytes(c);
  const { length } = bytes;
  const shape = { depth: jsonDepth, values };
  const fault = await piece(length, () => shapeFault(bytes, shape));
  if (fault !== undefined) {
    throw problem(400, `Cannot read the body: expected JSON of ${fault}`);
  }
  let value: unknown;
  try {
    const text = await piece(length, () => new TextDecoder().decode(bytes));
    value = await piece(length, () => JSON.parse(text));
  } catch (error) {
    const { message } = error as Error;
    throw problem(
      400,
      `Cannot read the body: expected JSON, got: ${message.slice(0, 120)}`,
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw problem(
      400,
      `Cannot read the body: expected a JSON object, got ${shown(value)}`,
    );
  }
  return value as Record<string, unknown>;
}

/** The body as it came. */
export async function readBytes(c: Context): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await c.req.arrayBuffer());
}

/** Does a piece of the work on a body; between those of a large one, other requests get their turn. */
async function piece<T>(bytes: number, work: () => T): Promise<T> {
  if (bytes < LARGE) return work();
  const { PACE } = await import("./pace.ts");
  await turn();
  return await PACE.run(work);
}

/** The body as a multipart form. */
export async function readForm(
  c: Context,
  { parts }: Pick<RequestLimits, "parts"> = REQUEST_LIMITS,
): Promise<Form> {
  const { parseForm } = await import("./form.ts");
  const body = await readBytes(c);
  try {
    return parseForm(body, c.req.header("Content-Type") ?? "", parts);
  } catch (error) {
    if (error instanceof RangeError) {
      throw problem(
        413,
        `Cannot read the body: expected at most ${parts} parts (MAX_PARTS), got more`,
      );
    }
    throw problem(
      400,
      "Cannot read the body: expected multipart/form-data with its boundary, got something else",
    );
  }
}

/** The bytes of a form's files, as `name[0]` and so on. Text in place of a file is an error. */
export function readFiles(
  name: string,
  files: readonly FormValue[],
): Field<Uint8Array>[] {
  return files.map((value, i) => {
    const path = `${name}[${i}]`;
    if (typeof value === "string") {
      throw problem(400, `Cannot read ${path}: expected a file, got text`, {
        field: path,
      });
    }
    return { path, value };
  });
}

/**
 * The bytes of a `data:` URL in base64, which the schema has checked to be one; other
 * requests get their turn before a large one.
 */
export function readDataUrl(
  { path, value }: Field<string>,
): Promise<Field<Uint8Array>> {
  return piece(value.length, () => {
    const start = value.indexOf(",") + 1;
    return { path, value: readBase64(value.slice(start), path) };
  });
}

/** The bytes of several `data:` URLs, as `name[0]` and so on, one after the other. */
export async function readDataUrls(
  name: string,
  urls: readonly string[],
): Promise<Field<Uint8Array>[]> {
  const images: Field<Uint8Array>[] = [];
  for (const [i, value] of urls.entries()) {
    images.push(await readDataUrl({ path: `${name}[${i}]`, value }));
  }
  return images;
}

/** The bytes of a text in base64. */
export function readBase64(text: string, path: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    throw problem(
      400,
      `Cannot read ${path}: expected base64, got ${shown(text)}`,
      { field: path },
    );
  }
}

/** Checks that a request has between 1 and `most` elements. */
export function checkCount(path: string, count: number, most: number): void {
  if (count >= 1 && count <= most) return;
  throw problem(
    count < 1 ? 400 : 413,
    `Cannot read ${path}: expected 1 to ${most}, got ${count}`,
    {
      field: path,
    },
  );
}

/** The longest part of a text that a message shows. */
const SHOWN = 80;

/** A value as an error message may show it: short, and made without going through all of it. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value !== "string") return String(value);
  return value.length > SHOWN
    ? `${JSON.stringify(value.slice(0, SHOWN))}…`
    : JSON.stringify(value);
}
