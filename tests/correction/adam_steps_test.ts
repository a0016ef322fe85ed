import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { AdamSteps } from "../../src/correction/adam_steps.ts";
import {
  type Examples,
  featuresAt,
  type Head,
  logitsAt,
} from "../../src/correction/heads.ts";
import { Metric } from "../../src/correction/metric.ts";
import { Scorer } from "../../src/correction/scorer.ts";
import { isKnown, UNKNOWN } from "../../src/heads/head.ts";
import { kindOf } from "../../src/heads/kinds.ts";
import { Random } from "../../src/nn/prng.ts";
import {
  allNumbers,
  featureRows,
  FEATURES,
  STRIDE,
  toyExamples,
  toyHeads,
} from "./toy.ts";

/** One example of replay, which every draw is of. */
const REPLAY = toyExamples(1, Random.fromSeed(7));
const METRIC = await Metric.create(featureRows(60, Random.fromSeed(0)), {
  features: FEATURES,
});
const SCORER = await Scorer.create(FEATURES, 5);
const ADAM = await AdamSteps.create(METRIC, SCORER, REPLAY, 5);
const PLAN = { steps: 3, learningRate: 0.01, seed: 1 };

/** Mean ∂L/∂z of one head, example by example. */
function gradients(
  head: Head,
  rows: readonly (readonly [Examples, number, number])[],
  logits: readonly number[][],
) {
  const known = rows.filter(([, , label]) => isKnown(label));
  return rows.map(([, , label], r) => {
    const out = new Float32Array(head.bias.length);
    if (!isKnown(label)) return out;
    kindOf(head.spec).slope(SCORER.math, logits[r]!, label, out);
    return out.map((value) => value / known.length);
  });
}

/** Steps on heads in whitened coordinates, in plain doubles: W̃ = W L is never formed, only its change. */
function plainSteps(head: Head, h: number, request: Examples, first: number) {
  const rows = [
    ...Array.from({ length: 8 }, () => [request, 0] as const),
    [REPLAY, 0] as const,
  ].map(([examples, i]) => [examples, i, examples.labels[h]![i]!] as const);
  const white = rows.map(([examples, i]) =>
    Array.from(METRIC.whiten(featuresAt(examples, i)))
  );
  const size = head.bias.length;
  const table = () =>
    Array.from({ length: size }, () => new Float64Array(STRIDE + 1));
  const [w, m, v] = [table(), table(), table().map((row) => row.fill(first))];
  for (let t = 1; t <= PLAN.steps; t++) {
    const logits = rows.map(([examples, i], r) =>
      Array.from(
        logitsAt(head, featuresAt(examples, i)),
        (z, k) =>
          [...white[r]!, 1].reduce((sum, x, j) => sum + w[k]![j]! * x, z),
      )
    );
    const g = gradients(head, rows, logits);
    for (let k = 0; k < size; k++) {
      for (let j = 0; j <= STRIDE; j++) {
        const gradient = g.reduce(
          (sum, row, r) => sum + row[k]! * (white[r]![j] ?? 1),
          0,
        );
        m[k]![j] = 0.9 * m[k]![j]! + 0.1 * gradient;
        v[k]![j] = 0.999 * v[k]![j]! + 0.001 * gradient ** 2;
        w[k]![j]! -= PLAN.learningRate * (m[k]![j]! / (1 - 0.9 ** t)) /
          (Math.sqrt(v[k]![j]!) + 1e-8);
      }
    }
  }
  return { w, v, white: white[0]! };
}

Deno.test("steps are Adam's on whitened features, from a first moment of zero and the given second one", () => {
  const heads = toyHeads(Random.fromSeed(2));
  const request = toyExamples(1, Random.fromSeed(3));
  const first = heads.map(({ bias }) => ({
    weight: new Float32Array(bias.length * STRIDE).fill(0.04),
    bias: new Float32Array(bias.length).fill(0.04),
  }));
  const after = ADAM.take(heads, first, request, PLAN);
  heads.forEach((head, h) => {
    const { w, v, white } = plainSteps(head, h, request, 0.04);
    const x = featuresAt(request, 0);
    const [then, now] = [head, after.heads[h]!].map((each) =>
      logitsAt(each, x)
    );
    w.forEach((row, k) => {
      const change = [...white, 1].reduce(
        (sum, value, j) => sum + row[j]! * value,
        0,
      );
      assertAlmostEquals(now![k]! - then![k]!, change, 2e-5);
      const moment = after.secondMoments[h]!;
      assertAlmostEquals(moment.bias[k]!, v[k]![STRIDE]!, 1e-6);
      for (let i = 0; i < FEATURES; i++) {
        assertAlmostEquals(moment.weight[k * STRIDE + i]!, v[k]![i]!, 1e-6);
      }
    });
  });
});

Deno.test("a head without a label in the request stays as it is, with its moment", async () => {
  const heads = toyHeads(Random.fromSeed(2));
  const moments = await ADAM.firstSecondMoments(heads, 0);
  const before = allNumbers(heads);
  const request = toyExamples(2, Random.fromSeed(3));
  const labels = request.labels.with(0, Float32Array.of(UNKNOWN, UNKNOWN));
  const after = ADAM.take(heads, moments, { ...request, labels }, PLAN);
  assert(after.heads[0] === heads[0] && after.secondMoments[0] === moments[0]);
  assert(after.heads[1] !== heads[1]);
  assertEquals(allNumbers(heads), before, "nothing that was passed in changes");
});

Deno.test("the first second moment is the mean squared gradient of replay", async () => {
  const heads = toyHeads(Random.fromSeed(2));
  const moments = await ADAM.firstSecondMoments(heads, 0);
  const x = featuresAt(REPLAY, 0);
  const white = METRIC.whiten(x);
  heads.forEach((head, h) => {
    const g = new Float32Array(head.bias.length);
    const label = REPLAY.labels[h]![0]!;
    kindOf(head.spec).slope(SCORER.math, logitsAt(head, x), label, g);
    g.forEach((value, k) => {
      assertAlmostEquals(moments[h]!.bias[k]!, value ** 2, 1e-5 * value ** 2);
      for (let i = 0; i < FEATURES; i++) {
        const square = (value * white[i]!) ** 2;
        assertAlmostEquals(
          moments[h]!.weight[k * STRIDE + i]!,
          square,
          1e-4 * square,
        );
      }
    });
  });
});

Deno.test("the same request, heads and seed give the same bits, whatever was done before", async () => {
  const heads = toyHeads(Random.fromSeed(2));
  const moments = await ADAM.firstSecondMoments(heads, 0);
  const request = toyExamples(3, Random.fromSeed(4));
  const once = ADAM.take(heads, moments, request, PLAN);
  ADAM.take(
    toyHeads(Random.fromSeed(9)),
    moments,
    toyExamples(5, Random.fromSeed(5)),
    PLAN,
  );
  assertEquals(ADAM.take(heads, moments, request, PLAN), once);
});
