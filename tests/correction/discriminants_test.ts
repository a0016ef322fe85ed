import { assertAlmostEquals, assertEquals } from "@std/assert";
import { fitDiscriminants } from "../../src/correction/discriminants.ts";
import { type Examples, featuresAt, pick } from "../../src/correction/heads.ts";
import { isKnown } from "../../src/heads/head.ts";
import { createArena } from "../../src/kernels/arena.ts";
import { Random } from "../../src/nn/prng.ts";
import { FEATURES, toyExamples } from "./toy.ts";

const { kernels } = await createArena(() => ({}));
const EXAMPLES = toyExamples(60, Random.fromSeed(4), 0.1);
const LABELS = EXAMPLES.labels[0]!;
const CLASSES = 6; // of which the last has no example

function fit(examples: Examples, labels: Float32Array) {
  return fitDiscriminants(kernels, examples, labels, CLASSES, FEATURES);
}

/** Indices of the examples of a class. */
function members(label: number): number[] {
  return Array.from(LABELS.keys()).filter((i) => LABELS[i] === label);
}

function meanOf(indices: number[]): number[] {
  return Array.from(
    { length: FEATURES },
    (_, k) =>
      indices.reduce((sum, i) => sum + featuresAt(EXAMPLES, i)[k]!, 0) /
      indices.length,
  );
}

/** Minus half the squared distance to a mean, plus the logarithm of a share. */
function logPosterior(
  metric: Awaited<ReturnType<typeof fit>>["metric"],
  x: Float32Array,
  mean: number[],
  share: number,
): number {
  // The distance between two rows is that between whitened ones.
  const other = new Float32Array(x.length);
  other.set(mean);
  const [a, b] = [metric.whiten(x), metric.whiten(other)];
  const square = a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
  return -square / 2 + Math.log(share);
}

Deno.test("logits are the classes' normal densities, but for what all have in common", async () => {
  const { metric, weight, bias } = await fit(EXAMPLES, LABELS);
  const known = LABELS.filter(isKnown).length;
  for (const i of [0, 7, 33]) {
    const x = featuresAt(EXAMPLES, i);
    const logits = [0, 1, 2, 3, 4].map((c) =>
      bias[c]! + x.subarray(0, FEATURES)
        .reduce((sum, value, k) => sum + value * weight[c * FEATURES + k]!, 0)
    );
    const densities = [0, 1, 2, 3, 4].map((c) =>
      logPosterior(metric, x, meanOf(members(c)), members(c).length / known)
    );
    logits.forEach((logit, c) =>
      assertAlmostEquals(
        logit - logits[0]!,
        densities[c]! - densities[0]!,
        1e-3,
      )
    );
  }
  assertEquals(bias[5], -Infinity);
});

Deno.test("examples without a label do not matter", async () => {
  const labelled = Array.from(LABELS.keys()).filter((i) => isKnown(LABELS[i]!));
  const some = pick(EXAMPLES, labelled);
  const { weight, bias } = await fit(EXAMPLES, LABELS);
  const { weight: same, bias: alike } = await fit(some, some.labels[0]!);
  assertEquals([weight, bias], [same, alike]);
});
