import { assertAlmostEquals, assertEquals } from "@std/assert";
import { classes } from "../../src/heads/classes.ts";
import { type HeadOutputs, UNKNOWN } from "../../src/heads/head.ts";
import { createArena } from "../../src/kernels/arena.ts";
import { classesHead } from "./specs.ts";

const { kernels, views: { z } } = await createArena((allocate) => ({
  z: allocate.floats(3),
}));
const HEAD = classesHead("item", ["mug", "pen", "bike"]);

function outputs(rows: number[][], labels: number[]): HeadOutputs {
  return {
    logits: Float32Array.from(rows.flat()),
    width: rows[0]!.length,
    labels: Float64Array.from(labels),
  };
}

Deno.test("accuracy, loss and calibration error of a case worked by hand", () => {
  // softmax([0, log 3]) = [1/4, 3/4]: every image is said to be class 1 with 0.75.
  const rows = Array.from({ length: 4 }, () => [0, Math.log(3)]);
  const { metrics, predicted, confidence } = classes.score(
    kernels,
    classesHead("item", 2),
    outputs(rows, [1, 1, 0, UNKNOWN]),
  );
  assertEquals(metrics.images, 3);
  assertAlmostEquals(metrics.accuracy!, 2 / 3, 1e-12);
  const loss = -(2 * Math.log(3 / 4) + Math.log(1 / 4)) / 3;
  assertAlmostEquals(metrics.loss, loss, 1e-6);
  assertAlmostEquals(metrics.ece!, 0.75 - 2 / 3, 1e-6);
  assertEquals(predicted, Float64Array.of(1, 1, 1, 1));
  confidence!.forEach((value) => assertAlmostEquals(value, 0.75, 1e-6));
});

Deno.test("without a label there is nothing to score", () => {
  const { metrics } = classes.score(
    kernels,
    HEAD,
    outputs([[1, 2, 3]], [UNKNOWN]),
  );
  assertEquals(metrics, { images: 0, accuracy: NaN, loss: NaN, ece: NaN });
});

Deno.test("an answer lists the likeliest classes by calibrated probability", () => {
  z.set([0, 2, 1]);
  const calibration = { temperature: 2, offsets: [0, -4, 1] };
  const answer = classes.answer(kernels, HEAD, calibration, z, 2);
  // softmax([0, −2, 2] / 2)
  const sum = 1 + Math.exp(-1) + Math.exp(1);
  assertEquals(answer.label, "bike");
  assertEquals(answer.top.map(({ label }) => label), ["bike", "mug"]);
  assertAlmostEquals(answer.probability, Math.exp(1) / sum, 1e-7);
  assertAlmostEquals(answer.top[1]!.probability, 1 / sum, 1e-7);
});

Deno.test("an answer lists a class that is all but excluded, and no retired one", () => {
  for (const retired of [[], ["pen"]]) {
    z.set([0, 200, -200]);
    const calibration = { temperature: 1, offsets: [0, 0, 0] };
    const head = { ...HEAD, ...(retired.length > 0 && { retired }) };
    const { top } = classes.answer(kernels, head, calibration, z, 9);
    const expected = ["pen", "mug", "bike"].filter((label) =>
      !retired.includes(label)
    );
    assertEquals(top.map(({ label }) => label), expected);
    assertEquals(top.at(-1)!.probability, 0);
  }
});

Deno.test("a label is one of the names, and nothing else", () => {
  assertEquals(classes.parse(HEAD, "pen"), 1);
  for (const value of ["Pen", "", 1, null, ["pen"]]) {
    assertEquals(classes.parse(HEAD, value), undefined);
  }
  assertEquals(classes.show(HEAD, 2), "bike");
  assertEquals(classes.expected(HEAD), "one of mug, pen, bike");
});

Deno.test("a row is right while training where no logit is larger", () => {
  assertEquals(classes.rowScore(Float32Array.of(1, 3, 2), 1), 1);
  assertEquals(classes.rowScore(Float32Array.of(3, 3, 2), 1), 1);
  assertEquals(classes.rowScore(Float32Array.of(4, 3, 2), 1), 0);
});
