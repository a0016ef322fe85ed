import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { createArena } from "../../src/kernels/arena.ts";
import { Random } from "../../src/nn/prng.ts";
import { fitTemperature } from "../../src/train/calibrate.ts";
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
    1,
  );
  assertEquals(images, 3);
  assertAlmostEquals(accuracy, 2 / 3, 1e-12);
  assertAlmostEquals(loss, -(2 * Math.log(3 / 4) + Math.log(1 / 4)) / 3, 1e-6);
  assertAlmostEquals(ece, 0.75 - 2 / 3, 1e-6);
  assertEquals(predicted, Int32Array.of(1, 1, 1, 1));
  confidence.forEach((value) => assertAlmostEquals(value, 0.75, 1e-6));
});

Deno.test("a head without labels scores nothing and keeps temperature 1", () => {
  const empty = head([[1, 2]], [MASKED]);
  const { images, accuracy, loss, ece } = scoreHead(kernels, empty, 1);
  assertEquals({ images, accuracy, loss, ece }, {
    images: 0,
    accuracy: 0,
    loss: 0,
    ece: 0,
  });
  assertEquals(fitTemperature(kernels, { domain: empty, item: empty }), {
    domain: 1,
    item: 1,
  });
});

Deno.test("temperature scaling finds the temperature that logits were sharpened by", () => {
  const random = Random.fromSeed(5);
  const sharpened = (factor: number): HeadLogits => {
    const rows: number[][] = [];
    const labels: number[] = [];
    for (let n = 0; n < 4000; n++) {
      const z = Array.from({ length: 4 }, () => 4 * random.uniform() - 2);
      const weights = z.map(Math.exp);
      let draw = random.uniform() *
        weights.reduce((sum, weight) => sum + weight, 0);
      labels.push(weights.findIndex((weight) => (draw -= weight) < 0));
      rows.push(z.map((value) => value * factor));
    }
    return head(rows, labels);
  };
  const logits = { domain: sharpened(3), item: sharpened(0.5) };
  const temperature = fitTemperature(kernels, logits);
  assertAlmostEquals(temperature.domain, 3, 0.3);
  assertAlmostEquals(temperature.item, 0.5, 0.05);
  const before = scoreLogits(kernels, logits, { domain: 1, item: 1 });
  const after = scoreLogits(kernels, logits, temperature);
  assertLess(after.domain.ece, before.domain.ece);
  assertLess(after.item.loss, before.item.loss);
  assertEquals(after.item.accuracy, before.item.accuracy);
});

Deno.test("a head that makes no mistake on few pictures is not called certain of all", () => {
  const logits = head(
    Array.from({ length: 50 }, (_, n) => n % 2 === 0 ? [3, 0] : [0, 3]),
    Array.from({ length: 50 }, (_, n) => n % 2),
  );
  const { item } = fitTemperature(kernels, { domain: logits, item: logits });
  // The loss is least where p(wrong) = ε / 2, ε = 1 / 51: exp(−3 / T) = (ε / 2) / (1 − ε / 2).
  assertAlmostEquals(item, 3 / Math.log(101), 1e-5);
});

Deno.test("figures give item accuracy per capture domain, leaving out domains without pictures", () => {
  const domain = head([[1, 0, 0], [1, 0, 0], [0, 1, 0]], [0, 0, 1]);
  const item = head([[0, 1], [0, 1], [0, 1]], [1, 0, 1]);
  const evaluation = scoreLogits(kernels, { domain, item }, {
    domain: 1,
    item: 1,
  });
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
