import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { linearScale, ticksFor } from "../../src/report/chart/scale.ts";

Deno.test("marks are round numbers", () => {
  assertEquals(ticksFor(0.13, 3.7, 5), {
    low: 0,
    high: 4,
    at: [0, 1, 2, 3, 4],
    decimals: 0,
  });
  assertEquals(ticksFor(0, 0.0007, 5).at, [
    0,
    0.0002,
    0.0004,
    0.0006,
    0.0008,
  ]);
  assertEquals(ticksFor(1, 60, 6, { low: 1, high: 60, leastStep: 1 }), {
    low: 1,
    high: 60,
    at: [10, 20, 30, 40, 50, 60],
    decimals: 0,
  });
});

Deno.test("a single value has room around it", () => {
  const { low, high } = ticksFor(2, 2, 5);
  assert(low < 2 && high > 2);
  assertEquals(ticksFor(0, 0, 2).at, [-1, 0, 1]);
});

Deno.test("all values lie between the first and the last mark, whatever they are", () => {
  const finite = fc.double({ min: -1e9, max: 1e9, noNaN: true });
  fc.assert(fc.property(finite, finite, (a, b) => {
    const [lowest, highest] = [Math.min(a, b), Math.max(a, b)];
    fc.pre(
      highest - lowest > 1e-9 * Math.abs(highest) && highest - lowest > 1e-12,
    );
    const { low, high, at } = ticksFor(lowest, highest, 5);
    const slack = (high - low) * 1e-6;
    assert(low <= lowest + slack && high >= highest - slack);
    assert(at.length >= 2 && at.length <= 8, `${at}`);
  }));
});

Deno.test("a scale takes the ends of its interval to the ends of the paper", () => {
  const scale = linearScale({ low: 2, high: 6 }, 100, 20);
  assertEquals([2, 6].map(scale), [100, 20]);
  assertAlmostEquals(scale(3), 80, 1e-12);
});
