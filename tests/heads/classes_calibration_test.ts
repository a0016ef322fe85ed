import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { createArena } from "../../src/kernels/arena.ts";
import { scoreClasses } from "../../src/heads/classes.ts";
import {
  calibratedLogits as apply,
  type ClassesCalibration,
  fitClasses,
  neutralClasses,
} from "../../src/heads/classes_calibration.ts";
import { type HeadOutputs, isKnown, UNKNOWN } from "../../src/heads/head.ts";
import { Random } from "../../src/nn/prng.ts";

const { kernels } = await createArena(() => null);

function fit(head: HeadOutputs): ClassesCalibration {
  return fitClasses(kernels, head);
}

/** Logits z = factor·q − offsets where labels are drawn from softmax(q). */
function drawn(images: number, factor: number, offsets: number[]): HeadOutputs {
  const random = Random.fromSeed(5);
  const logits: number[] = [];
  const labels: number[] = [];
  for (let n = 0; n < images; n++) {
    const q = offsets.map(() => 4 * random.uniform() - 2);
    const weights = q.map(Math.exp);
    let draw = random.uniform() *
      weights.reduce((sum, weight) => sum + weight, 0);
    labels.push(weights.findIndex((weight) => (draw -= weight) < 0));
    logits.push(...q.map((value, c) => factor * value - offsets[c]!));
  }
  return {
    logits: Float32Array.from(logits),
    width: offsets.length,
    labels: Float64Array.from(labels),
  };
}

Deno.test("the temperature that logits were sharpened by is found", () => {
  for (const [factor, tolerance] of [[3, 0.3], [0.5, 0.05]] as const) {
    const head = drawn(4000, factor, [0, 0, 0, 0]);
    const calibration = fit(head);
    assertAlmostEquals(calibration.temperature, factor, tolerance);
    const [before, after] = [head, apply(head, calibration)].map((logits) =>
      scoreClasses(kernels, logits).metrics
    );
    assertLess(after!.ece!, before!.ece!);
    assertLess(after!.loss, before!.loss);
  }
});

Deno.test("the offsets that logits lack are found, and bring the right decisions back", () => {
  const missing = [0.9, -0.3, -0.6];
  const head = drawn(8000, 1, missing);
  const calibration = fit(head);
  calibration.offsets.forEach((offset, c) =>
    assertAlmostEquals(offset, missing[c]!, 0.1)
  );
  const [before, after] = [head, apply(head, calibration)].map((logits) =>
    scoreClasses(kernels, logits).metrics
  );
  assertLess(before!.accuracy! + 0.02, after!.accuracy!);
});

/** The loss that is to be least at (temperature, ...offsets), in plain numbers. */
function lossOf(
  { logits, width: classes, labels }: HeadOutputs,
  [temperature, ...offsets]: readonly number[],
): number {
  const images = labels.filter(isKnown).length;
  let total = offsets.reduce(
    (sum, offset) => sum + (offset / temperature!) ** 2 / (2 * 0.4 ** 2),
    0,
  );
  labels.forEach((label, n) => {
    if (!isKnown(label)) return;
    const q = offsets.map((offset, c) =>
      (logits[n * classes + c]! + offset) / temperature!
    );
    const logSum = Math.log(q.reduce((sum, z) => sum + Math.exp(z), 0));
    q.forEach((z, c) => {
      const share = 1 / (images + 1);
      const target = share / classes + (c === label ? 1 - share : 0);
      total += target * (logSum - z);
    });
  });
  return total;
}

/** Few classes, and more of them than the Hessian is written down for. */
const SIZES = [
  { offsets: [0.5, -0.5, 0, 0.2], step: 1 },
  { offsets: Array.from({ length: 600 }, (_, c) => c % 3 / 3), step: 67 },
];

for (const { offsets: missing, step } of SIZES) {
  Deno.test(`no offsets of ${missing.length} classes nearby have a lower loss, by a twin in plain numbers`, () => {
    const head = drawn(60, 2, missing);
    head.labels.fill(UNKNOWN, 0, 7);
    const { offsets } = fit(head);
    const loss = (point: readonly number[]) => lossOf(head, point);
    const temperature = lowest(0.1, 10, (value) => loss([value, ...offsets]));
    const best = [temperature, ...offsets];
    for (let i = 0; i < best.length; i += step) {
      for (const shift of [-1e-3, 1e-3]) {
        const near = best.map((value, k) => k === i ? value + shift : value);
        assertLess(loss(best), loss(near), `${i} ${shift}`);
      }
    }
  });
}

/** Where a function that falls and then rises is lowest. */
function lowest(
  low: number,
  high: number,
  value: (at: number) => number,
): number {
  for (let third = 0; third < 100; third++) {
    const [left, right] = [(2 * low + high) / 3, (low + 2 * high) / 3];
    if (value(left) < value(right)) high = right;
    else low = left;
  }
  return (low + high) / 2;
}

Deno.test("a head is as sure on average as it is right, by a twin in plain numbers", () => {
  for (const factor of [0.4, 1, 5]) {
    const head = drawn(90, factor, [0.5, -0.5, 0, 0.2]);
    head.labels.fill(UNKNOWN, 0, 7);
    const { logits, labels } = apply(head, fit(head));
    let [right, confidence, images] = [0, 0, 0];
    labels.forEach((label, n) => {
      if (!isKnown(label)) return;
      const z = Array.from(logits.subarray(4 * n, 4 * n + 4));
      const weights = z.map(Math.exp);
      const sum = weights.reduce((total, weight) => total + weight, 0);
      confidence += Math.max(...weights) / sum;
      if (z.indexOf(Math.max(...z)) === label) right++;
      images++;
    });
    // Of one more image, right by chance, all answers take a share.
    const share = 1 / (images + 1);
    assertAlmostEquals(
      confidence / images,
      share / 4 + (1 - share) * right / images,
      1e-6,
    );
  }
});

Deno.test("a head that makes no mistake on few images is not called certain of all", () => {
  const { temperature } = fit({
    logits: Float32Array.from(
      Array.from({ length: 50 }, (_, n) => n % 2 === 0 ? [3, 0] : [0, 3])
        .flat(),
    ),
    width: 2,
    labels: Float64Array.from({ length: 50 }, (_, n) => n % 2),
  });
  // The loss is least where p(wrong) = ε / 2, ε = 1 / 51: exp(−3 / T) = (ε / 2) / (1 − ε / 2).
  assertAlmostEquals(temperature, 3 / Math.log(101), 1e-5);
});

Deno.test("a class that few images happen to lack is not ruled out", () => {
  const head = drawn(12, 1, [0, 0, 0, 0]);
  const lacking = head.labels.map((label) => label === 3 ? UNKNOWN : label);
  const { temperature, offsets } = fit({ ...head, labels: lacking });
  assertLess(offsets[3]!, 0);
  assertLess(-0.5, offsets[3]! / temperature);
});

Deno.test("logits that are all alike say nothing of a temperature", () => {
  const { temperature } = fit({
    logits: new Float32Array(8),
    width: 2,
    labels: Float64Array.of(0, 1, 0, 1),
  });
  assertAlmostEquals(temperature, 1, 1e-6);
});

Deno.test("a head without labels keeps its logits, bit by bit", () => {
  const head = {
    ...drawn(5, 1, [1, 2]),
    labels: new Float64Array(5).fill(UNKNOWN),
  };
  assertEquals(fit(head), neutralClasses(2));
  assertEquals(apply(head, fit(head)), head);
});
