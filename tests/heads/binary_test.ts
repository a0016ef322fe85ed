import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import { binary } from "../../src/heads/binary.ts";
import { type HeadOutputs, UNKNOWN } from "../../src/heads/head.ts";
import { createArena } from "../../src/kernels/arena.ts";
import { Random } from "../../src/nn/prng.ts";
import { binaryHead } from "./specs.ts";

const { kernels } = await createArena(() => null);
const HEAD = binaryHead("worn");

function outputs(logits: number[], labels: number[]): HeadOutputs {
  return {
    logits: Float32Array.from(logits),
    width: 1,
    labels: Float64Array.from(labels),
  };
}

function metricsOf(logits: number[], labels: number[]) {
  return binary.score(kernels, HEAD, outputs(logits, labels)).metrics;
}

Deno.test("metrics of a case worked by hand", () => {
  const { images, accuracy, auc, precision, recall, loss } = metricsOf(
    [2, -1, 0.5, -2, 1, 5],
    [1, 1, 0, 0, 1, UNKNOWN],
  );
  assertEquals(images, 5);
  assertEquals(accuracy, 3 / 5);
  // Of 3 × 2 pairs, −1 lies below 0.5 only.
  assertAlmostEquals(auc!, 5 / 6, 1e-12);
  assertAlmostEquals(precision!, 2 / 3, 1e-12);
  assertAlmostEquals(recall!, 2 / 3, 1e-12);
  const losses = [[2, 1], [-1, 1], [0.5, 0], [-2, 0], [1, 1]].map(([z, y]) =>
    Math.log1p(Math.exp(y === 1 ? -z! : z!))
  );
  const mean = losses.reduce((sum, value) => sum + value, 0) / 5;
  assertAlmostEquals(loss, mean, 1e-6);
});

Deno.test("the area under the curve is that of counting all pairs", () => {
  const example = fc.record({
    z: fc.integer({ min: -3, max: 3 }),
    label: fc.constantFrom(0, 1, UNKNOWN),
  });
  fc.assert(
    fc.property(fc.array(example, { maxLength: 30 }), (examples) => {
      const of = (label: number) =>
        examples.filter((each) => each.label === label).map(({ z }) => z);
      const pairs = of(1).flatMap((yes) =>
        of(0).map((no) => yes > no ? 1 : yes === no ? 0.5 : 0)
      );
      const wins = pairs.reduce((sum: number, each) => sum + each, 0);
      const { auc } = metricsOf(
        examples.map(({ z }) => z),
        examples.map(({ label }) => label),
      );
      assertAlmostEquals(auc!, wins / pairs.length, 1e-12);
    }),
  );
});

Deno.test("the temperature and the offset that logits lack are found", () => {
  const random = Random.fromSeed(3);
  const draws = Array.from({ length: 4000 }, () => {
    const q = 6 * random.uniform() - 3;
    const label = random.uniform() < 1 / (1 + Math.exp(-q)) ? 1 : 0;
    return { z: 2 * q - 1, label };
  });
  const all = outputs(
    draws.map(({ z }) => z),
    draws.map(({ label }) => label),
  );
  const calibration = binary.fit(kernels, HEAD, all);
  assertAlmostEquals(calibration.temperature, 2, 0.2);
  assertAlmostEquals(calibration.offset, 1, 0.2);
  const after = binary.calibrated(all, calibration);
  assertLess(
    binary.score(kernels, HEAD, after).metrics.ece!,
    binary.score(kernels, HEAD, all).metrics.ece!,
  );
});

Deno.test("without a label the calibration changes nothing", () => {
  const all = outputs([3, -4], [UNKNOWN, UNKNOWN]);
  const calibration = binary.fit(kernels, HEAD, all);
  assertEquals(calibration, binary.neutral(HEAD));
  assertEquals(binary.calibrated(all, calibration), all);
});

Deno.test("an answer is what is likelier, with its probability", () => {
  const answer = (z: number, offset = 0, temperature = 1) =>
    binary.answer(
      kernels,
      HEAD,
      { temperature, offset },
      Float32Array.of(z),
      5,
    );
  const { label, probability } = answer(2);
  assertEquals(label, true);
  assertAlmostEquals(probability, 1 / (1 + Math.exp(-2)), 1e-6);
  assertEquals(answer(-2), { label: false, probability });
  assertEquals(answer(3, 1, 2), answer(2));
  assertEquals(answer(-1000), { label: false, probability: 1 });
});

Deno.test("labels are truth values, 0 and 1, and the words for them", () => {
  for (const yes of [true, 1, "true", "Yes", " 1 ", "TRUE"]) {
    assertEquals(binary.parse(HEAD, yes), 1);
  }
  for (const no of [false, 0, "false", "no", "0"]) {
    assertEquals(binary.parse(HEAD, no), 0);
  }
  for (const value of ["", "maybe", 2, null, undefined, {}]) {
    assertEquals(binary.parse(HEAD, value), undefined);
  }
  assertEquals([0, 1].map((label) => binary.show(HEAD, label)), [false, true]);
});
