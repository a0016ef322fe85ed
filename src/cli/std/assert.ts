/**
 * Stand-in for the part of `@std/assert` that the tests use, over `node:assert`,
 * for machines that cannot reach JSR. tests/cli/std_test.ts holds both to the
 * same contract.
 *
 * @module
 */

import {
  AssertionError,
  deepStrictEqual,
  fail as nodeFail,
  notDeepStrictEqual,
} from "node:assert";

export { AssertionError };

// deno-lint-ignore no-explicit-any -- a constructor of any signature
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** Throws unless `condition` is truthy. */
export function assert(
  condition: unknown,
  message = "Expected a truthy value",
): asserts condition {
  if (!condition) fail(message);
}

/** Throws. */
export function fail(message = "Failed"): never {
  return nodeFail(message);
}

/** Throws unless both are deeply equal. */
export function assertEquals<T>(
  actual: T,
  expected: T,
  message?: string,
): void {
  deepStrictEqual(actual, expected, message);
}

/** Throws if both are deeply equal. */
export function assertNotEquals<T>(
  actual: T,
  expected: T,
  message?: string,
): void {
  notDeepStrictEqual(actual, expected, message);
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
): void {
  if (Object.is(actual, expected)) return;
  const near = Math.abs(expected - actual) <= tolerance;
  assert(
    near,
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
export function assertInstanceOf<E extends Error>(
  actual: unknown,
  type: ErrorClass<E>,
  message?: string,
): asserts actual is E {
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
): void {
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
): void {
  assert(
    expected.test(actual),
    message ?? `Expected ${show(actual)} to match ${expected}`,
  );
}

/** Throws unless `actual > expected`. */
export function assertGreater<T>(
  actual: T,
  expected: T,
  message?: string,
): void {
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
): void {
  assert(
    actual >= expected,
    message ?? `Expected ${show(actual)} >= ${show(expected)}`,
  );
}

/** Throws unless `actual < expected`. */
export function assertLess<T>(actual: T, expected: T, message?: string): void {
  assert(
    actual < expected,
    message ?? `Expected ${show(actual)} < ${show(expected)}`,
  );
}

/** Throws unless `actual <= expected`. */
export function assertLessOrEqual<T>(
  actual: T,
  expected: T,
  message?: string,
): void {
  assert(
    actual <= expected,
    message ?? `Expected ${show(actual)} <= ${show(expected)}`,
  );
}

/** Throws unless `body` throws such an error; returns the error. */
export function assertThrows<E extends Error = Error>(
  body: () => unknown,
  type: ErrorClass<E> = Error as unknown as ErrorClass<E>,
  includes = "",
): E {
  try {
    body();
  } catch (error) {
    return checkedError(error, type, includes);
  }
  return fail(`Expected a ${type.name} to be thrown`);
}

/** Throws unless the promise of `body` rejects with such an error; returns the error. */
export async function assertRejects<E extends Error = Error>(
  body: () => PromiseLike<unknown>,
  type: ErrorClass<E> = Error as unknown as ErrorClass<E>,
  includes = "",
): Promise<E> {
  let promise: PromiseLike<unknown>;
  try {
    promise = body();
  } catch {
    return fail("Expected a rejected promise, but the function threw");
  }
  try {
    await promise;
  } catch (error) {
    return checkedError(error, type, includes);
  }
  return fail(`Expected a rejection with a ${type.name}`);
}

function checkedError<E extends Error>(
  error: unknown,
  type: ErrorClass<E>,
  includes: string,
): E {
  assertInstanceOf(error, type);
  assertStringIncludes(error.message, includes);
  return error;
}

function show(value: unknown): string {
  return Deno.inspect(value);
}
