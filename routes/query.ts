/** Query parameters. @module */

import type { Context, MiddlewareHandler } from "hono";
import type { InferOutput } from "valibot";
import type { Schema } from "./schemas/field.ts";

/**
 * The query, checked by a schema of optional fields. Without a query, as in most requests,
 * no schema is loaded.
 */
export async function readQuery<S extends Schema>(
  c: Context,
  schema: () => Promise<S>,
): Promise<Partial<InferOutput<S>>> {
  if (!c.req.url.includes("?")) return {};
  const { check } = await import("./schemas/check.ts");
  return check(await schema(), c.req.query());
}

/** Refuses query parameters, for a route that reads none. */
export function noQuery(): MiddlewareHandler {
  return async (c, next) => {
    await refuseQuery(c);
    await next();
  };
}

/** Refuses query parameters; `body` names the fields of the body, for which one may have been meant. */
export async function refuseQuery(
  c: Context,
  body: readonly string[] = [],
): Promise<void> {
  if (!c.req.url.includes("?")) return;
  const [name] = Object.keys(c.req.query());
  if (name === undefined) return;
  const { strayParameter } = await import("./schemas/check.ts");
  throw strayParameter(name, body);
}
