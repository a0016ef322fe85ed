/** Query parameters. @module */

import type { Context } from "hono";
import { shown } from "./body.ts";
import { problem } from "./problem.ts";

/** A whole number ≥ `least` of the query; undefined where it is not given. */
export function wholeQuery(
  c: Context,
  name: string,
  least: number,
): number | undefined {
  const text = c.req.query(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) {
    return value;
  }
  throw problem(
    400,
    `Cannot read ${name}: expected a whole number ≥ ${least}, got ${
      shown(text)
    }`,
    {
      field: name,
    },
  );
}
