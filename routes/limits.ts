/** What a request may cost before it is looked at. @module */

import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { problem } from "./problem.ts";

/** Bytes of bodies that are held in memory at once. */
const MAX_BYTES_AT_ONCE = 256 * 1024 * 1024;

/** Bounds the size of a body. */
export function maxBody(maxBytes: number): MiddlewareHandler {
  return bodyLimit({
    maxSize: maxBytes,
    onError: () => {
      throw problem(
        413,
        `Cannot read the body: expected at most ${maxBytes} bytes, got more`,
      );
    },
  });
}

/**
 * Bounds what all bodies that are being worked on take together; one alone is
 * always let in.
 *
 * @param unknown What a body counts that does not say its length.
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

function lengthOf(c: Context): number | undefined {
  if (c.req.raw.body === null) return 0;
  const length = c.req.header("Content-Length");
  if (length === undefined || c.req.header("Transfer-Encoding") !== undefined) {
    return undefined;
  }
  return Number(length) || 0;
}
