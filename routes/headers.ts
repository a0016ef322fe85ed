/** Request headers that make a change safe to repeat and safe to race. @module */

import type { Context } from "hono";
import { shown } from "./body.ts";
import { problem } from "./problem.ts";

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
