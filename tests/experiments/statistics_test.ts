import { assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  mean,
  pairedDifference,
  standardDeviation,
} from "../../src/experiments/statistics.ts";

const samples = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), {
  minLength: 2,
  maxLength: 9,
});

Deno.test("a standard deviation is half the mean square of the differences between all pairs", () => {
  fc.assert(fc.property(samples, (values) => {
    let square = 0;
    for (const a of values) for (const b of values) square += (a - b) ** 2;
    const pairs = values.length * (values.length - 1);
    const expected = Math.sqrt(square / pairs / 2);
    assertAlmostEquals(standardDeviation(values), expected, 1e-9);
  }));
});

Deno.test("none has no mean, and one no deviation", () => {
  assertEquals(mean([]), NaN);
  assertEquals(mean([3]), 3);
  assertEquals(standardDeviation([3]), NaN);
});

Deno.test("a paired difference does not see what both have in common", () => {
  fc.assert(fc.property(samples, (values) => {
    const { mean, standardError } = pairedDifference(
      values.map((value) => value + 2),
      values,
    );
    assertAlmostEquals(mean, 2, 1e-9);
    assertAlmostEquals(standardError!, 0, 1e-9);
  }));
  assertEquals(pairedDifference([1, 3], [0, 0]), { mean: 2, standardError: 1 });
  assertEquals(pairedDifference([1], [0.5]), { mean: 0.5 });
});
