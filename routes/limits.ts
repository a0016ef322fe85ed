/** What a request may cost before it is looked at. @module */

import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { problem } from "./problem.ts";

/** Bytes of bodies that are held in memory at once. */
const MAX_BYTES_AT_ONCE = 256 * 1024 * 1024;

/** Bounds the size of a body. */
export function maxBody(maxBytes: number): MiddlewareHandler {
  const refuse = () => {
    throw problem(
      413,
      `Cannot read the body: expected at most ${maxBytes} bytes, got more`,
    );
  };
  const counted = bodyLimit({ maxSize: maxBytes, onError: refuse });
  return async (c, next) => {
    const bytes = lengthOf(c);
    if (bytes === undefined) return await counted(c, next);
    if (bytes > maxBytes) refuse();
    await next();
  };
}

/**
 * Bounds what all bodies that are being worked on take together; one alone is
 * always let in.
 *
 * @param unknown Bytes that a body of unknown length is counted as.
 */
export function maxBodiesAtOnce(unknown: number): MiddlewareHandler {
  let held = 0;
  return async (c, next) => {
    const bytes = lengthOf(c) ?? unknown;
    if (held > 0 && held + bytes > MAX_BYTES_AT_ONCE) {
      throw problem(
        503,
        `Cannot take on more work: ${held} bytes of requests are being worked on`,
        {},
        { "Retry-After": "1" },
      );
    }
    held += bytes;
    try {
      await next();
    } finally {
      held -= bytes;
    }
  };
}

/**
 * The length of the body where it is known ahead. A body with a Content-Length
 * is not looked at: asked for itself it becomes a stream, which takes longer to
 * read than the whole.
 */
function lengthOf(c: Context): number | undefined {
  const length = c.req.header("Content-Length");
  if (
    length !== undefined && c.req.header("Transfer-Encoding") === undefined
  ) {
    return Number(length) || 0;
  }
  return c.req.raw.body === null ? 0 : undefined;
}
