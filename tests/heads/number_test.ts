import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type HeadOutputs, UNKNOWN } from "../../src/heads/head.ts";
import { number } from "../../src/heads/number.ts";
import { createArena } from "../../src/kernels/arena.ts";
import { numberHead } from "./specs.ts";

const { kernels } = await createArena(() => null);

function outputs(logits: number[], labels: number[]): HeadOutputs {
  return {
    logits: Float32Array.from(logits),
    width: 1,
    labels: Float64Array.from(labels),
  };
}

Deno.test("targets are standardized by the mean and deviation of the training labels", () => {
  const labels = Float64Array.of(2, UNKNOWN, 4, 6, 8);
  const head = number.measured(numberHead("width"), labels);
  assertEquals(head.mean, 5);
  assertAlmostEquals(head.standardDeviation, Math.sqrt(5), 1e-12);
  const targets = labels.filter((label) => label > 0).map((label) =>
    number.target(head, label)
  );
  const sum = (values: Float64Array) =>
    values.reduce((total, value) => total + value, 0);
  assertAlmostEquals(sum(targets), 0, 1e-12);
  assertAlmostEquals(sum(targets.map((t) => t * t)), 4, 1e-12);
  assertEquals(number.target(head, UNKNOWN), UNKNOWN);
});

Deno.test("labels that do not differ, or are none, leave a scale that can be divided by", () => {
  const head = numberHead("width");
  const same = number.measured(head, Float64Array.of(3, 3, 3));
  assertEquals([same.mean, same.standardDeviation], [3, 1]);
  assertEquals(number.measured(head, Float64Array.of(UNKNOWN)), head);
});

Deno.test("metrics of a case worked by hand", () => {
  // Estimates 8, 12, 10 of 10, 12, 14: errors −2, 0, −4.
  const { metrics, predicted, confidence } = number.score(
    kernels,
    numberHead("width", 10, 2),
    outputs([-1, 1, 0, 3], [10, 12, 14, UNKNOWN]),
  );
  assertEquals(metrics.images, 3);
  assertAlmostEquals(metrics.mae!, 2, 1e-12);
  assertAlmostEquals(metrics.rmse!, Math.sqrt(20 / 3), 1e-12);
  assertAlmostEquals(metrics.r2!, 1 - 20 / 8, 1e-12);
  assertAlmostEquals(metrics.loss, 20 / 3 / 4, 1e-12);
  assertEquals(predicted, Float64Array.of(8, 12, 10, 16));
  assertEquals(confidence, undefined);
});

Deno.test("of labels that do not differ nothing can be explained", () => {
  const head = numberHead("width", 10, 2);
  const { metrics } = number.score(kernels, head, outputs([1, -1], [10, 10]));
  assertEquals([metrics.r2, metrics.rmse], [NaN, 2]);
});

Deno.test("an estimate is given in its unit, with the error to expect", () => {
  const head = numberHead("width", 10, 2);
  const calibration = number.fit(
    kernels,
    head,
    outputs([-1, 1, 0, 3], [10, 12, 14, UNKNOWN]),
  );
  assertAlmostEquals(calibration.deviation, Math.sqrt(20 / 3), 1e-12);
  assertEquals(
    number.answer(kernels, head, { deviation: 0.5 }, Float32Array.of(1.5), 5),
    { value: 13, deviation: 0.5, unit: "cm" },
  );
  const { unit: _, ...bare } = head;
  assertEquals(
    number.answer(kernels, bare, { deviation: 0.5 }, Float32Array.of(1.5), 5),
    { value: 13, deviation: 0.5 },
  );
});

Deno.test("without a label the error to expect is the spread of the training labels", () => {
  const head = numberHead("width", 10, 2);
  const { deviation } = number.fit(kernels, head, outputs([1], [UNKNOWN]));
  assertEquals(deviation, 2);
  assertEquals(number.neutral(head), { deviation: 2 });
});

Deno.test("labels are finite numbers of no absurd size, as such or as text", () => {
  const head = numberHead("width");
  for (const value of [12.5, "12.5", " 12.5 ", "1.25e1"]) {
    assertEquals(number.parse(head, value), 12.5);
  }
  for (
    const value of ["", " ", "12,5", "wide", "1e101", NaN, Infinity, true, null]
  ) {
    assertEquals(number.parse(head, value), undefined);
  }
  assertEquals(number.expected(head), "a number in cm");
});

Deno.test("while training, a row scores its part of R²", () => {
  assertEquals(number.rowScore(Float32Array.of(1), 1), 1);
  assertEquals(number.rowScore(Float32Array.of(0), 1), 0);
  assertEquals(number.rowScore(Float32Array.of(-1), 1), -3);
});
