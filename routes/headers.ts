/** Request headers that make a change safe to repeat and safe to race. @module */

import type { Context } from "hono";
import type { ChangeOptions } from "../src/service/editor.ts";
import { shown } from "./body.ts";
import { problem } from "./problem.ts";
import { noteOf, recordOf } from "./record.ts";

const MAX_KEY_LENGTH = 255;

/** The hashes that If-Match names; undefined where any state will do. */
export function readIfMatch(c: Context): string[] | undefined {
  const header = c.req.header("If-Match")?.trim();
  if (header === undefined || header === "*") return undefined;
  return header.split(",").map((part) => {
    const tag = /^(?:W\/)?"([^"]*)"$/.exec(part.trim())?.[1];
    if (tag === undefined) {
      throw problem(
        400,
        `Cannot read If-Match: expected entity tags in quotes, got ${
          shown(header)
        }`,
        {
          field: "If-Match",
        },
      );
    }
    // A weak tag matches nothing (RFC 9110, 13.1.1).
    return part.trim().startsWith("W/") ? "" : tag.replace(/^sha256-/, "");
  });
}

/** The Idempotency-Key, if there is one. */
export function readIdempotencyKey(c: Context): string | undefined {
  const key = c.req.header("Idempotency-Key");
  if (key === undefined || (key.length >= 1 && key.length <= MAX_KEY_LENGTH)) {
    return key;
  }
  throw problem(
    400,
    `Cannot read Idempotency-Key: expected 1 to ${MAX_KEY_LENGTH} characters, got ${key.length}`,
    { field: "Idempotency-Key" },
  );
}

/** The change that a request asks for: of which state, by whose key, and where it is noted. */
export function changeOptionsOf(c: Context): ChangeOptions {
  return {
    ifMatch: readIfMatch(c),
    by: recordOf(c).key?.name,
    note: noteOf(c),
  };
}
