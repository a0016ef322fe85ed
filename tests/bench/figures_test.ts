import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { geometricMean, median, mediansOf, type StepTime } from "./figures.ts";
import { markdownOf, textOf } from "./format.ts";
import { ratiosOf } from "./ratios.ts";

const line = (peer: string, inputs: number, step: number): StepTime => ({
  peer,
  inputs,
  hidden: [256, 128],
  batch: 32,
  step_ms: step,
  forward1_ms: step / 10,
});

Deno.test("the median is the middle value, and there is none of nothing", () => {
  assertEquals(median([3]), 3);
  assertEquals(median([10, 9, 2]), 9);
  assertEquals(median([4, 1, 3, 2]), 3);
  assertThrows(() => median([]), RangeError, "expected values, got none");
});

Deno.test("the geometric mean of ratios and of their inverses agree", () => {
  assertAlmostEquals(geometricMean([0.5, 2, 8]), 2);
  assertAlmostEquals(geometricMean([2, 0.5, 0.125]), 0.5);
});

Deno.test("rounds are summed up by peer and shape", () => {
  const rounds = [5, 1, 3].flatMap((step) => [
    line("tandem x1", 64, step),
    line("other", 64, 10 * step),
    line("tandem x1", 128, 2 * step),
  ]);
  assertEquals(
    mediansOf(rounds).map(({ peer, inputs, step_ms }) => [
      peer,
      inputs,
      step_ms,
    ]),
    [["tandem x1", 64, 3], ["other", 64, 30], ["tandem x1", 128, 6]],
  );
});

Deno.test("ratios compare equal threads, and the best of all threads", () => {
  const ratios = ratiosOf([
    line("tandem x1", 64, 4),
    line("tandem x2", 64, 5),
    line("tandem x1", 128, 4),
    line("tandem x2", 128, 2),
    line("other fast x1", 64, 2),
    line("other fast x2", 64, 10),
    line("other fast x1", 128, 8),
    line("other fast x2", 128, 4),
    line("third", 64, 40),
  ]);
  const expected = [
    ["other fast x1 ÷ tandem x1, step, geometric mean", 1],
    ["other fast x1 ÷ tandem x1, step, least", 0.5],
    ["other fast x1 ÷ tandem x1, forward of one row, geometric mean", 1],
    ["other fast x1 ÷ tandem x1, forward of one row, least", 0.5],
    ["other fast x2 ÷ tandem x2, step, geometric mean", 2],
    ["other fast x2 ÷ tandem x2, step, least", 2],
    ["third ÷ tandem x1, step, geometric mean", 10],
    ["third ÷ tandem x1, step, least", 10],
    ["third ÷ tandem x1, forward of one row, geometric mean", 10],
    ["third ÷ tandem x1, forward of one row, least", 10],
    ["other fast ÷ tandem, best of all threads, step, geometric mean", 1],
    ["other fast ÷ tandem, best of all threads, step, least", 0.5],
  ] as const;
  assertEquals(ratios.map(({ name }) => name), expected.map(([name]) => name));
  expected.forEach(([, value], i) =>
    assertAlmostEquals(ratios[i]!.value, value, 1e-12)
  );
});

Deno.test("tables have a column for every peer, and say what was not measured", () => {
  const figure = { bench: "start", name: "a", value: 0.12345, unit: "ms" };
  assertEquals(
    markdownOf([
      line("tandem x1", 64, 4),
      line("other", 64, 128),
      line("tandem x1", 128, 5.678),
      { ...figure, unit: "ms" },
      { ...figure, name: "b", value: 1234.5, unit: "×" },
      { ...figure, bench: "kernels", unit: "ms" },
    ]),
    [
      "| training step, ms        | tandem x1 | other |",
      "| ------------------------ | --------: | ----: |",
      "| 64-256-128, batch 32     |      4.00 |   128 |",
      "| 128-256-128, batch 32    |      5.68 |     – |",
      "| ÷ tandem, geometric mean |      1.00 |  32.0 |",
      "",
      "| forward of one row, ms   | tandem x1 | other |",
      "| ------------------------ | --------: | ----: |",
      "| 64-256-128, batch 32     |     0.400 |  12.8 |",
      "| 128-256-128, batch 32    |     0.568 |     – |",
      "| ÷ tandem, geometric mean |      1.00 |  32.0 |",
      "",
      "| what |   figure |",
      "| ---- | -------: |",
      "| a    | 0.123 ms |",
      "| b    |     1235 |",
    ].join("\n"),
  );
});

Deno.test("a line of text carries name, value and unit", () => {
  const text = textOf({ bench: "x", name: "speed", value: 12.345, unit: "×" });
  assertEquals(text.split(/\s+/), ["speed", "12.3", "×"]);
});
