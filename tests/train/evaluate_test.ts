import { assertAlmostEquals, assertEquals } from "@std/assert";
import { createArena } from "../../src/kernels/arena.ts";
import {
  type HeadLogits,
  scoreHead,
  scoreLogits,
} from "../../src/train/evaluate.ts";
import { figuresOf } from "../../src/train/figures.ts";
import { MASKED } from "../../src/train/loss.ts";

const { kernels } = await createArena(() => null);

function head(rows: number[][], labels: number[]): HeadLogits {
  return {
    logits: Float32Array.from(rows.flat()),
    classes: rows[0]!.length,
    labels: Int32Array.from(labels),
  };
}

Deno.test("accuracy, loss and calibration error of a case worked by hand", () => {
  // softmax([0, log 3]) = [1/4, 3/4]: every picture is said to be class 1 with 0.75.
  const rows = Array.from({ length: 4 }, () => [0, Math.log(3)]);
  const { images, accuracy, loss, ece, predicted, confidence } = scoreHead(
    kernels,
    head(rows, [1, 1, 0, MASKED]),
  );
  assertEquals(images, 3);
  assertAlmostEquals(accuracy, 2 / 3, 1e-12);
  assertAlmostEquals(loss, -(2 * Math.log(3 / 4) + Math.log(1 / 4)) / 3, 1e-6);
  assertAlmostEquals(ece, 0.75 - 2 / 3, 1e-6);
  assertEquals(predicted, Int32Array.of(1, 1, 1, 1));
  confidence.forEach((value) => assertAlmostEquals(value, 0.75, 1e-6));
});

Deno.test("a head without labels scores nothing", () => {
  const empty = head([[1, 2]], [MASKED]);
  const { images, accuracy, loss, ece } = scoreHead(kernels, empty);
  assertEquals({ images, accuracy, loss, ece }, {
    images: 0,
    accuracy: 0,
    loss: 0,
    ece: 0,
  });
});

Deno.test("figures give item accuracy per capture domain, leaving out domains without pictures", () => {
  const domain = head([[1, 0, 0], [1, 0, 0], [0, 1, 0]], [0, 0, 1]);
  const item = head([[0, 1], [0, 1], [0, 1]], [1, 0, 1]);
  const evaluation = scoreLogits(kernels, { domain, item });
  const figures = figuresOf(evaluation, domain.labels, item.labels, [
    "a",
    "b",
    "c",
  ]);
  assertEquals(figures.images, 3);
  assertEquals(figures.perDomain, {
    a: { images: 2, item: { accuracy: 0.5 } },
    b: { images: 1, item: { accuracy: 1 } },
  });
});
