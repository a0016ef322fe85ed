/**
 * For `deno test --preload`: runs tests without Deno's search for leaks. Deno 2.5 takes
 * every timer of `AbortSignal.timeout` for one.
 *
 * @module
 */

const { test } = Deno;
const OFF = { sanitizeOps: false, sanitizeResources: false };

type Body = (t: Deno.TestContext) => void | Promise<void>;

function lenient(
  first: string | Deno.TestDefinition,
  body?: Body,
): void {
  if (typeof first !== "string") return test({ ...first, ...OFF });
  test({ name: first, fn: body!, ...OFF });
}

Object.defineProperty(Deno, "test", { value: Object.assign(lenient, test) });
