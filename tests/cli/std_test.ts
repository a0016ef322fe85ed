// The contract that @std/assert and its stand-in share. Where the imports
// resolve to the real packages, both they and the stand-ins are held to it;
// node:assert judges, since the assertions themselves are on trial.

import assert from "node:assert/strict";
import * as std from "@std/assert";
import * as standIn from "../../src/cli/std/assert.ts";

type Assertions = Omit<typeof standIn, "AssertionError">;
type Case = [title: string, body: (std: Assertions) => unknown];

class Point {
  constructor(readonly x: number) {}
}
const cycle = (value: number) => {
  const loop: Record<string, unknown> = { value };
  loop.self = loop;
  return loop;
};
const boom = () => {
  throw new RangeError("out of range");
};

/** Pairs that are deeply equal. */
const EQUAL: [title: string, a: unknown, b: unknown][] = [
  ["NaN", NaN, NaN],
  ["0 and -0", 0, -0],
  ["nested values", { a: [1, { b: "c" }] }, { a: [1, { b: "c" }] }],
  ["keys in another order", { a: 1, b: 2 }, { b: 2, a: 1 }],
  [
    "an object without a prototype",
    Object.assign(Object.create(null), { a: 1 }),
    { a: 1 },
  ],
  ["instances of a class", new Point(1), new Point(1)],
  ["dates", new Date(5), new Date(5)],
  ["patterns", /a/g, /a/g],
  ["URLs", new URL("http://localhost/a"), new URL("http://localhost/a")],
  ["floats", Float32Array.of(1, NaN, 0), Float32Array.of(1, NaN, -0)],
  ["big integers in arrays", BigInt64Array.of(1n), BigInt64Array.of(1n)],
  ["buffers", Uint8Array.of(1, 2).buffer, Uint8Array.of(1, 2).buffer],
  ["sets in another order", new Set([1, 2]), new Set([2, 1])],
  ["maps", new Map([["a", { b: 1 }]]), new Map([["a", { b: 1 }]])],
  [
    "maps with objects for keys",
    new Map([[{ a: 1 }, 1]]),
    new Map([[{ a: 1 }, 1]]),
  ],
  ["cycles", cycle(1), cycle(1)],
];

/** Pairs that are not. */
const DIFFERENT: [title: string, a: unknown, b: unknown][] = [
  ["numbers", 1, 2],
  ["a number and its text", 1, "1"],
  ["null and undefined", null, undefined],
  ["a missing and an undefined property", {}, { a: undefined }],
  ["an array and a longer one", [1], [1, 2]],
  ["an array and an object", [], {}],
  ["a class and a plain object", new Point(1), { x: 1 }],
  ["dates", new Date(5), new Date(6)],
  ["patterns", /a/g, /a/],
  ["URLs", new URL("http://localhost/a"), new URL("http://localhost/b")],
  ["floats", Float32Array.of(1, 2), Float32Array.of(1, 3)],
  ["arrays of other types", Uint8Array.of(1), Int8Array.of(1)],
  ["buffers", Uint8Array.of(1).buffer, Uint8Array.of(2).buffer],
  ["sets", new Set([1, 2]), new Set([1, 3])],
  ["maps", new Map([["a", 1]]), new Map([["a", 2]])],
  ["cycles", cycle(1), cycle(2)],
];

const PASSING: Case[] = [
  ["assert takes what is truthy", (std) => std.assert("a")],
  [
    "assertStrictEquals takes the same object",
    (std) => std.assertStrictEquals(cycle, cycle),
  ],
  ["assertStrictEquals takes NaN", (std) => std.assertStrictEquals(NaN, NaN)],
  [
    "assertAlmostEquals allows 1e-7 of the expected",
    (std) => std.assertAlmostEquals(1000.00009, 1000),
  ],
  [
    "assertAlmostEquals takes a tolerance",
    (std) => std.assertAlmostEquals(1.4, 1, 0.5),
  ],
  [
    "assertAlmostEquals takes equal infinities",
    (std) => std.assertAlmostEquals(Infinity, Infinity),
  ],
  ["assertExists takes what is falsy", (std) => std.assertExists(0)],
  [
    "assertInstanceOf takes an instance",
    (std) => std.assertInstanceOf(new Point(1), Point),
  ],
  [
    "assertInstanceOf takes a subclass",
    (std) => std.assertInstanceOf(new TypeError(), Error),
  ],
  ["assertStringIncludes", (std) => std.assertStringIncludes("abc", "b")],
  ["assertMatch", (std) => std.assertMatch("abc", /b./)],
  ["assertGreater", (std) => std.assertGreater(2, 1)],
  ["assertGreaterOrEqual", (std) => std.assertGreaterOrEqual(2, 2)],
  ["assertLess", (std) => std.assertLess(1, 2)],
  ["assertLessOrEqual", (std) => std.assertLessOrEqual(2, 2)],
  ["assertThrows takes any error", (std) => std.assertThrows(boom)],
  [
    "assertThrows takes a subclass and a part of the message",
    (std) => std.assertThrows(boom, Error, "of range"),
  ],
  [
    "assertRejects takes any error",
    (std) => std.assertRejects(() => Promise.reject(1)),
  ],
  [
    "assertRejects takes a subclass and a part of the message",
    (std) =>
      std.assertRejects(
        () => Promise.reject(new RangeError("out of range")),
        Error,
        "of range",
      ),
  ],
];

const FAILING: Case[] = [
  ["assert refuses what is falsy", (std) => std.assert(0)],
  ["fail", (std) => std.fail()],
  [
    "assertStrictEquals refuses a copy",
    (std) => std.assertStrictEquals([1], [1]),
  ],
  [
    "assertStrictEquals tells 0 from -0",
    (std) => std.assertStrictEquals(0, -0),
  ],
  [
    "assertAlmostEquals refuses 2e-7 of the expected",
    (std) => std.assertAlmostEquals(1000.0002, 1000),
  ],
  [
    "assertAlmostEquals refuses NaN",
    (std) => std.assertAlmostEquals(NaN, 1, 1),
  ],
  ["assertExists refuses null", (std) => std.assertExists(null)],
  ["assertExists refuses undefined", (std) => std.assertExists(undefined)],
  [
    "assertInstanceOf refuses a look-alike",
    (std) => std.assertInstanceOf({ x: 1 }, Point),
  ],
  ["assertStringIncludes", (std) => std.assertStringIncludes("abc", "d")],
  ["assertMatch", (std) => std.assertMatch("abc", /^b/)],
  ["assertGreater refuses equals", (std) => std.assertGreater(2, 2)],
  [
    "assertGreaterOrEqual refuses NaN",
    (std) => std.assertGreaterOrEqual(NaN, 2),
  ],
  ["assertLess refuses equals", (std) => std.assertLess(2, 2)],
  ["assertLessOrEqual refuses NaN", (std) => std.assertLessOrEqual(NaN, 2)],
  [
    "assertThrows refuses a body that returns",
    (std) => std.assertThrows(() => 1),
  ],
  [
    "assertThrows refuses another class",
    (std) => std.assertThrows(boom, TypeError),
  ],
  [
    "assertThrows refuses another message",
    (std) => std.assertThrows(boom, RangeError, "other"),
  ],
  [
    "assertThrows wants an Error where a class is given",
    (std) =>
      std.assertThrows(() => {
        throw "text";
      }, Error),
  ],
  [
    "assertRejects refuses a promise that resolves",
    (std) => std.assertRejects(() => Promise.resolve(1)),
  ],
  [
    "assertRejects refuses another class",
    (std) =>
      std.assertRejects(() => Promise.reject(new RangeError("a")), TypeError),
  ],
  [
    "assertRejects refuses another message",
    (std) =>
      std.assertRejects(
        () => Promise.reject(new RangeError("a")),
        RangeError,
        "b",
      ),
  ],
  [
    "assertRejects refuses a body that throws at once",
    (std) => std.assertRejects(boom as () => Promise<unknown>, RangeError),
  ],
];

const failure = { name: "AssertionError" };

function contract(name: string, std: Assertions) {
  for (const [title, a, b] of EQUAL) {
    Deno.test(`${name}: equal are ${title}`, () => {
      std.assertEquals(a, b);
      assert.throws(() => std.assertNotEquals(a, b), failure);
    });
  }
  for (const [title, a, b] of DIFFERENT) {
    Deno.test(`${name}: different are ${title}`, () => {
      std.assertNotEquals(a, b);
      assert.throws(() => std.assertEquals(a, b), failure);
      assert.throws(() => std.assertEquals(b, a), failure);
    });
  }
  for (const [title, body] of PASSING) {
    Deno.test(`${name}: passing: ${title}`, async () => {
      await body(std);
    });
  }
  for (const [title, body] of FAILING) {
    Deno.test(`${name}: failing: ${title}`, async () => {
      await assert.rejects(async () => await body(std), failure);
    });
  }
  Deno.test(`${name}: assertThrows and assertRejects return the error`, async () => {
    assert.equal(std.assertThrows(boom, RangeError).message, "out of range");
    const error = new TypeError("late");
    assert.equal(
      await std.assertRejects(() => Promise.reject(error), TypeError),
      error,
    );
  });
  Deno.test(`${name}: a message given is part of the failure`, () => {
    const told = { ...failure, message: /the sum/ };
    assert.throws(() => std.assert(false, "the sum"), told);
    assert.throws(() => std.fail("the sum"), told);
    assert.throws(() => std.assertEquals(1, 2, "the sum"), told);
    assert.throws(() => std.assertAlmostEquals(1, 2, 0.1, "the sum"), told);
    assert.throws(() => std.assertGreater(1, 2, "the sum"), told);
  });
}

contract("@std/assert", std);
if (std.assertEquals as unknown !== standIn.assertEquals) {
  contract("the stand-in for @std/assert", standIn);
}
