/** What a request may cost before it is looked at. @module */

import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { problem } from "./problem.ts";

/** Bodies that are held in memory at once. */
const MAX_CONCURRENT = 48;

/** Bounds the size of a body, and how many are worked on at once. */
export function limited(
  maxBodyBytes: number,
): [MiddlewareHandler, MiddlewareHandler] {
  const size = bodyLimit({
    maxSize: maxBodyBytes,
    onError: () => {
      throw problem(
        413,
        `Cannot read the body: expected at most ${maxBodyBytes} bytes, got more`,
      );
    },
  });
  return [atMost(MAX_CONCURRENT), size];
}

function atMost(limit: number): MiddlewareHandler {
  let running = 0;
  return async (_, next) => {
    if (running >= limit) {
      throw problem(
        503,
        `Cannot take on more work: ${running} requests are being worked on`,
        {},
        { "Retry-After": "1" },
      );
    }
    running++;
    try {
      await next();
    } finally {
      running--;
    }
  };
}
