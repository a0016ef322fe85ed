import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  confusedPairs,
  countConfusion,
  countOf,
  missesOf,
  proportion,
  reliabilityBins,
} from "../../src/report/counts.ts";

Deno.test("answers are counted by true and predicted class, unknown ones left out", () => {
  const confusion = countConfusion(
    Float64Array.of(0, 0, 1, 2, NaN, 2),
    Float64Array.of(0, 1, 1, 1, 2, 1),
    3,
  );
  assertEquals([...confusion.counts], [1, 1, 0, 0, 1, 0, 0, 2, 0]);
  assertEquals([...confusion.truths], [2, 1, 2]);
  assertEquals([...confusion.predictions], [1, 4, 0]);
  assertEquals(countOf(confusion, 2, 1), 2);
  assertEquals([0, 1, 2].map((c) => missesOf(confusion, c)), [1, 0, 2]);
  assertEquals(confusedPairs(confusion), [
    { truth: 2, prediction: 1, count: 2 },
    { truth: 0, prediction: 1, count: 1 },
  ]);
});

Deno.test("the interval of a proportion is Wilson's", () => {
  // Newcombe 1998, table I, method 3 (doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E).
  const published = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const;
  for (const [right, of, low, high] of published) {
    const interval = proportion(right, of);
    assertAlmostEquals(interval.low, low, 5e-5);
    assertAlmostEquals(interval.high, high, 5e-5);
  }
  assertEquals(proportion(7, 7).high, 1);
  assertEquals(proportion(0, 0), {
    right: 0,
    of: 0,
    share: 0,
    low: 0,
    high: 1,
  });
});

Deno.test("answers fall into the bin of their confidence, certainty into the last", () => {
  const bins = reliabilityBins(
    Float64Array.of(0, 1, 1, NaN, 0),
    Float64Array.of(0, 0, 1, 0, 0),
    Float32Array.of(0.5, 0.625, 1, 0.5, 0.25),
    4,
  );
  assertEquals(bins.map(({ images }) => images), [0, 1, 2, 1]);
  assertEquals(bins.map(({ accuracy }) => accuracy), [0, 1, 0.5, 1]);
  assertEquals(bins.map(({ confidence }) => confidence), [0, 0.25, 0.5625, 1]);
});
