/**
 * Stand-in for the part of `@std/assert` that the tests use, for machines that
 * cannot reach JSR. tests/cli/std_test.ts holds both to the same contract.
 *
 * @module
 */

import { AssertionError as NodeAssertionError } from "node:assert";
import { equal } from "./equal.ts";

// deno-lint-ignore no-explicit-any -- a constructor of any signature
type Class<T> = new (...args: any[]) => T;

/** The error of a failed assertion. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** Throws unless `condition` is truthy. */
export function assert(
  condition: unknown,
  message = "Expected a truthy value",
): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Throws. */
export function fail(message = "Failed"): never {
  throw new AssertionError(message);
}

/** Throws unless both are deeply equal. */
export function assertEquals<T>(actual: T, expected: T, message?: string) {
  if (equal(actual, expected)) return;
  const { message: difference } = new NodeAssertionError({
    actual,
    expected,
    operator: "deepStrictEqual",
  });
  fail(message === undefined ? difference : `${message}: ${difference}`);
}

/** Throws if both are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, message?: string) {
  assert(
    !equal(actual, expected),
    message ?? `Expected another value than ${show(actual)}`,
  );
}

/** Throws unless both are the same value by `Object.is`. */
export function assertStrictEquals<T>(
  actual: unknown,
  expected: T,
  message?: string,
): asserts actual is T {
  assert(
    Object.is(actual, expected),
    message ?? `Expected ${show(expected)}, got ${show(actual)}`,
  );
}

/** Throws unless the numbers differ by at most `tolerance`, by default 1e-7 of `expected`. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance = Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7,
  message?: string,
) {
  if (Object.is(actual, expected)) return;
  assert(
    Math.abs(expected - actual) <= tolerance,
    message ?? `Expected ${actual} to be within ${tolerance} of ${expected}`,
  );
}

/** Throws if `actual` is null or undefined. */
export function assertExists<T>(
  actual: T,
  message?: string,
): asserts actual is NonNullable<T> {
  assert(
    actual !== undefined && actual !== null,
    message ?? `Expected a value, got ${show(actual)}`,
  );
}

/** Throws unless `actual` is an instance of `type`. */
export function assertInstanceOf<T>(
  actual: unknown,
  type: Class<T>,
  message?: string,
): asserts actual is T {
  assert(
    actual instanceof type,
    message ?? `Expected a ${type.name}, got ${show(actual)}`,
  );
}

/** Throws unless `actual` contains `expected`. */
export function assertStringIncludes(
  actual: string,
  expected: string,
  message?: string,
) {
  assert(
    actual.includes(expected),
    message ?? `Expected ${show(actual)} to contain ${show(expected)}`,
  );
}

/** Throws unless `actual` matches `expected`. */
export function assertMatch(
  actual: string,
  expected: RegExp,
  message?: string,
) {
  assert(
    expected.test(actual),
    message ?? `Expected ${show(actual)} to match ${expected}`,
  );
}

/** Throws unless `actual > expected`. */
export function assertGreater<T>(actual: T, expected: T, message?: string) {
  assert(
    actual > expected,
    message ?? `Expected ${show(actual)} > ${show(expected)}`,
  );
}

/** Throws unless `actual >= expected`. */
export function assertGreaterOrEqual<T>(
  actual: T,
  expected: T,
  message?: string,
) {
  assert(
    actual >= expected,
    message ?? `Expected ${show(actual)} >= ${show(expected)}`,
  );
}

/** Throws unless `actual < expected`. */
export function assertLess<T>(actual: T, expected: T, message?: string) {
  assert(
    actual < expected,
    message ?? `Expected ${show(actual)} < ${show(expected)}`,
  );
}

/** Throws unless `actual <= expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, message?: string) {
  assert(
    actual <= expected,
    message ?? `Expected ${show(actual)} <= ${show(expected)}`,
  );
}

/** Throws unless `body` throws; returns what it threw. */
export function assertThrows(body: () => unknown): unknown;
/** Throws unless `body` throws a `type` whose message contains `includes`; returns it. */
export function assertThrows<E extends Error>(
  body: () => unknown,
  type: Class<E>,
  includes?: string,
): E;
export function assertThrows(
  body: () => unknown,
  type?: Class<Error>,
  includes = "",
): unknown {
  try {
    body();
  } catch (error) {
    return checked(error, type, includes);
  }
  fail(`Expected ${type?.name ?? "an error"} to be thrown`);
}

/** Throws unless the promise of `body` rejects; returns what with. */
export function assertRejects(
  body: () => PromiseLike<unknown>,
): Promise<unknown>;
/** Throws unless the promise of `body` rejects with a `type` whose message contains `includes`; returns it. */
export function assertRejects<E extends Error>(
  body: () => PromiseLike<unknown>,
  type: Class<E>,
  includes?: string,
): Promise<E>;
export async function assertRejects(
  body: () => PromiseLike<unknown>,
  type?: Class<Error>,
  includes = "",
): Promise<unknown> {
  let promise: PromiseLike<unknown>;
  try {
    promise = body();
  } catch (error) {
    fail(`Expected a rejected promise, but the function threw ${show(error)}`);
  }
  try {
    await promise;
  } catch (error) {
    return checked(error, type, includes);
  }
  fail(`Expected a rejection with ${type?.name ?? "an error"}`);
}

function checked(
  error: unknown,
  type: Class<Error> | undefined,
  includes: string,
): unknown {
  if (type === undefined) return error;
  assertInstanceOf(error, type);
  assertStringIncludes(error.message, includes);
  return error;
}

function show(value: unknown): string {
  return Deno.inspect(value);
}
