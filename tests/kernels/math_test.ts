import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createArena } from "../../src/kernels/arena.ts";

const { kernels } = await createArena(() => undefined);

function assertRelativelyNear(got: number, expected: number): void {
  assertAlmostEquals(
    got,
    expected,
    1e-12 * Math.abs(expected) + Number.MIN_VALUE,
  );
}

/** The bits of a double, in hexadecimal. */
function hex(value: number): string {
  return new BigUint64Array(Float64Array.of(value).buffer)[0]!.toString(16)
    .padStart(16, "0");
}

Deno.test("exp, log, pow and cos agree with Math's to 1e-12", () => {
  const between = (min: number, max: number) =>
    fc.double({ min, max, noNaN: true });
  fc.assert(fc.property(between(-700, 700), (x) => {
    assertRelativelyNear(kernels.exp(x), Math.exp(x));
  }));
  fc.assert(fc.property(between(1e-300, 1e300), (x) => {
    assertRelativelyNear(kernels.log(x), Math.log(x));
  }));
  fc.assert(fc.property(between(1e-3, 1e3), between(-30, 30), (x, y) => {
    assertRelativelyNear(kernels.pow(x, y), x ** y);
  }));
  fc.assert(fc.property(between(-1e6, 1e6), (x) => {
    assertAlmostEquals(kernels.cos(x), Math.cos(x), 1e-12);
  }));
});

Deno.test("exp, log, pow and cos at their edges", () => {
  assertEquals(
    [kernels.exp(0), kernels.exp(-Infinity), kernels.exp(Infinity)],
    [1, 0, Infinity],
  );
  assertEquals([kernels.exp(-800), kernels.exp(800)], [0, Infinity]);
  assertEquals([kernels.log(1), kernels.log(0), kernels.log(Infinity)], [
    0,
    -Infinity,
    Infinity,
  ]);
  assertEquals([kernels.pow(0, 0), kernels.pow(2, -1), kernels.pow(-2, 3)], [
    1,
    0.5,
    -8,
  ]);
  assertEquals(kernels.cos(0), 1);
  for (
    const value of [
      kernels.exp(NaN),
      kernels.log(-1),
      kernels.pow(-1, 0.5),
      kernels.cos(Infinity),
    ]
  ) {
    assert(Number.isNaN(value));
  }
});

Deno.test("the bits of exp, log, pow and cos do not move with the compiler", () => {
  assertEquals([1, -0.1, 20.5].map((x) => hex(kernels.exp(x))), [
    "4005bf0a8b145769",
    "3fecf46d99d52b3a",
    "41c7d6c4f0bcdd5c",
  ]);
  assertEquals([2, 0.1, 1e10].map((x) => hex(kernels.log(x))), [
    "3fe62e42fefa39ef",
    "c0026bb1bbb55515",
    "4037069e2aa2aa5b",
  ]);
  assertEquals([0.9, 0.999, 1.5].map((x) => hex(kernels.pow(x, 100.5))), [
    "3efa6c21cdecf184",
    "3fecf059ae26198f",
    "439ba4104f641d8c",
  ]);
  assertEquals([0.5, 3, 1e5].map((x) => hex(kernels.cos(x))), [
    "3fec1528065b7d50",
    "bfefae04be85e5d2",
    "bfeffac3841b3da7",
  ]);
});
