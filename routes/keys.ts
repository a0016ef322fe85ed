/** Bearer keys. @module */

import type { MiddlewareHandler } from "hono";
import { problem } from "./problem.ts";

/** What a key is for, and where it comes from. */
interface KeyUse {
  readonly variable: string;
  readonly purpose: string;
}

/** Lets requests through that carry the key; where none is set, all of them. */
export function optionalKey(key: string | undefined): MiddlewareHandler {
  return async (c, next) => {
    if (key !== undefined) await checkKey(c.req.header("Authorization"), key);
    await next();
  };
}

/** Lets requests through that carry the key; where none is set, none of them. */
export function requiredKey(
  key: string | undefined,
  { variable, purpose }: KeyUse,
): MiddlewareHandler {
  return async (c, next) => {
    if (key === undefined) {
      throw problem(
        403,
        `${purpose} is closed here: set ${variable} in the server's environment to open it, ` +
          "and send it as Authorization: Bearer …",
      );
    }
    await checkKey(c.req.header("Authorization"), key);
    await next();
  };
}

async function checkKey(
  header: string | undefined,
  key: string,
): Promise<void> {
  const sent = /^Bearer +(\S+) *$/i.exec(header ?? "")?.[1];
  if (sent !== undefined && await equal(sent, key)) return;
  throw problem(
    401,
    `Cannot let this request through: expected Authorization: Bearer and the key, got ${
      sent === undefined ? "no key" : "another key"
    }`,
    {},
    { "WWW-Authenticate": 'Bearer realm="tandem"' },
  );
}

/** Compares digests, so that the time it takes says nothing about the key. */
async function equal(a: string, b: string): Promise<boolean> {
  const [x, y] = await Promise.all([digest(a), digest(b)]);
  let difference = 0;
  for (let i = 0; i < x.length; i++) difference |= x[i]! ^ y[i]!;
  return difference === 0;
}

async function digest(text: string): Promise<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
