/** Request bodies: JSON, forms and data: URLs, each error with the path of its field. @module */

import type { Context } from "hono";
import { problem } from "./problem.ts";

/** A part of a request and its path. */
export interface Field<T> {
  readonly path: string;
  readonly value: T;
}

/** What the Content-Type says that the body is. */
export function bodyKind(c: Context): "form" | "json" | "text" | "bytes" {
  const type = (c.req.header("Content-Type") ?? "").split(";")[0]!.trim()
    .toLowerCase();
  if (type === "multipart/form-data") return "form";
  if (type === "application/json" || type.endsWith("+json")) return "json";
  return type.startsWith("text/") ? "text" : "bytes";
}

/** The body as a JSON object. */
export async function readJson(c: Context): Promise<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(await c.req.text());
  } catch (error) {
    throw problem(
      400,
      `Cannot read the body: expected JSON, got: ${(error as Error).message}`,
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

/** The body as a multipart form. */
export async function readForm(c: Context): Promise<FormData> {
  try {
    return await c.req.formData();
  } catch {
    throw problem(
      400,
      "Cannot read the body: expected multipart/form-data with its boundary, got something else",
    );
  }
}

/** The bytes of a form's files; a text where a file should be is an error. */
export async function readFiles(
  files: readonly Field<FormDataEntryValue>[],
): Promise<Field<Uint8Array>[]> {
  return await Promise.all(files.map(async ({ path, value }) => {
    if (typeof value === "string") {
      throw problem(400, `Cannot read ${path}: expected a file, got text`, {
        field: path,
      });
    }
    return { path, value: new Uint8Array(await value.arrayBuffer()) };
  }));
}

/** The bytes of a `data:` URL in base64. No other URL is ever followed. */
export function readDataUrl(
  { path, value }: Field<unknown>,
): Field<Uint8Array> {
  const text = typeof value === "string" ? value : "";
  const start = text.indexOf(",") + 1;
  if (!/^data:[^,]*;base64,$/i.test(text.slice(0, start))) {
    throw problem(
      400,
      `Cannot read ${path}: expected data:image/…;base64,…, got ${
        shown(value)
      }`,
      {
        field: path,
      },
    );
  }
  return { path, value: decodeBase64(text.slice(start), path) };
}

function decodeBase64(text: string, path: string): Uint8Array {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    throw problem(
      400,
      `Cannot read ${path}: expected base64, got ${shown(text)}`,
      { field: path },
    );
  }
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** An array at `path`, with the paths of its elements. */
export function readArray(path: string, value: unknown): Field<unknown>[] {
  if (!Array.isArray(value)) {
    throw problem(
      400,
      `Cannot read ${path}: expected an array, got ${shown(value)}`,
      {
        field: path,
      },
    );
  }
  return value.map((element, i) => ({ path: `${path}[${i}]`, value: element }));
}

/** Holds the number of elements of a request between 1 and `most`. */
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

/** A value as an error message may show it: short, and as JSON. */
export function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
