import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { finish, missingOf } from "../../src/correction/finish.ts";
import {
  type Examples,
  featuresAt,
  type Head,
  logitsAt,
  pick,
  shortfallOf,
} from "../../src/correction/heads.ts";
import { Metric } from "../../src/correction/metric.ts";
import { Scorer } from "../../src/correction/scorer.ts";
import { Random } from "../../src/nn/prng.ts";
import { classesHead } from "../heads/specs.ts";
import {
  allNumbers,
  featureRows,
  FEATURES,
  STRIDE,
  toyExamples,
  toyHeads,
} from "./toy.ts";

const MARGIN = 0.5;
const TOOLS = {
  metric: await Metric.create(featureRows(60, Random.fromSeed(0)), {
    features: FEATURES,
  }),
  scorer: await Scorer.create(FEATURES, 5),
};
const NOTHING: Examples = {
  count: 0,
  features: new Float32Array(0),
  labels: [0, 1, 2].map(() => new Float32Array(0)),
};

/** How many labels some head does not get right by the margin. */
function open(heads: readonly Head[], examples: Examples, margin: number) {
  let count = 0;
  heads.forEach((head, h) => {
    for (let i = 0; i < examples.count; i++) {
      const z = logitsAt(head, featuresAt(examples, i));
      const label = examples.labels[h]![i]!;
      // Weights are 32-bit floats.
      const missing = missingOf(head, z, label, margin);
      if (missing !== undefined && missing.need > 2e-3) count++;
    }
  });
  return count;
}

Deno.test("one example is right by the margin afterwards, for heads of every kind", () => {
  fc.assert(fc.property(fc.nat(9999), (seed) => {
    const random = Random.fromSeed(seed);
    const heads = toyHeads(random);
    const before = allNumbers(heads);
    const request = toyExamples(1, random, 0.3);
    const finished = finish(TOOLS, heads, request, NOTHING, MARGIN);
    assertEquals(open(finished.heads, request, MARGIN), 0);
    assertEquals(
      allNumbers(heads),
      before,
      "nothing that was passed in changes",
    );
    if (open(heads, request, MARGIN) === 0) {
      assertEquals(allNumbers(finished.heads), before);
    }
  }));
});

/** Σ Δw M Δw + Δb̃² of a changed row, where Δb̃ = Δb + Δw·μ: what the finish keeps smallest. */
function size(before: Head, after: Head, metric: number[][]): number {
  const inputs = FEATURES;
  let sum = 0;
  before.bias.forEach((bias, row) => {
    const change = Array.from(
      { length: inputs },
      (_, i) =>
        after.weight[row * inputs + i]! - before.weight[row * inputs + i]!,
    );
    let shift = after.bias[row]! - bias;
    change.forEach((value, i) => {
      shift += value * TOOLS.metric.mean[i]!;
      change.forEach((other, j) => sum += value * other * metric[i]![j]!);
    });
    sum += shift * shift;
  });
  return sum;
}

/** M, by way of what whitens: M = L·Lᵀ and unwhitened unit vectors are the columns of L⁻ᵀ. */
function metricMatrix(): number[][] {
  const units = new Float32Array(STRIDE * STRIDE);
  for (let i = 0; i < STRIDE; i++) units[i * STRIDE + i] = 1;
  const inverse = TOOLS.metric.unwhiten(units);
  // Rows of `inverse` are L⁻ᵀe_k; M⁻¹ = Σ_k of their outer products.
  const precision = Array.from(
    { length: FEATURES },
    (_, i) =>
      Array.from({ length: FEATURES }, (_, j) => {
        let sum = 0;
        for (let k = 0; k < STRIDE; k++) {
          sum += inverse[k * STRIDE + i]! * inverse[k * STRIDE + j]!;
        }
        return sum;
      }),
  );
  return inverted(precision);
}

/** The inverse by Gauss and Jordan, for a positive definite matrix. */
function inverted(matrix: number[][]): number[][] {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [
    ...row,
    ...Array.from({ length: n }, (_, j) => i === j ? 1 : 0),
  ]);
  for (let i = 0; i < n; i++) {
    const pivot = rows[i]![i]!;
    rows[i] = rows[i]!.map((value) => value / pivot);
    for (let k = 0; k < n; k++) {
      if (k === i) continue;
      const factor = rows[k]![i]!;
      rows[k] = rows[k]!.map((value, j) => value - factor * rows[i]![j]!);
    }
  }
  return rows.map((row) => row.slice(n));
}

Deno.test("no smaller change of a head, in the metric, makes the example right", () => {
  const metric = metricMatrix();
  fc.assert(fc.property(fc.nat(9999), (seed) => {
    const random = Random.fromSeed(seed);
    const heads = toyHeads(random);
    const request = toyExamples(1, random);
    const x = featuresAt(request, 0);
    heads.forEach((head, h) => {
      const alone = { ...request, labels: [request.labels[h]!] };
      const none = { ...NOTHING, labels: [new Float32Array(0)] };
      const finished = finish(TOOLS, [head], alone, none, MARGIN);
      // Where two classes are passed one after the other, it need not be the smallest.
      if (finished.updates > 1) return;
      const after = finished.heads[0]!;
      const smallest = size(head, after, metric);
      for (let trial = 0; trial < 5; trial++) {
        const other = {
          ...after,
          weight: after.weight.map((w) => w + 0.05 * (random.uniform() - 0.5)),
        };
        const label = request.labels[h]![0]!;
        const z = logitsAt(other, x);
        if (shortfallOf(other, z, label, MARGIN)) continue;
        assert(size(head, other, metric) > smallest - 1e-4);
      }
    });
  }));
});

Deno.test("an update, by hand", async () => {
  // Two rows ±(1, 0, …) about the mean 0: C = diag(1, 0, …), s = 1/2, M = diag(1.5, 0.5) with λ = 1.
  const rows = new Float32Array(16);
  rows[0] = 1;
  rows[8] = -1;
  const metric = await Metric.create(rows, { features: 2, ridge: 1 });
  const scorer = await Scorer.create(2, 2);
  const head: Head = {
    spec: classesHead("side", 2),
    weight: new Float32Array(4),
    bias: Float32Array.of(0.5, 0),
    calibration: { temperature: 1, offsets: [0, 0] },
  };
  const request: Examples = {
    count: 1,
    features: Float32Array.of(3, 1, 0, 0, 0, 0, 0, 0),
    labels: [Float32Array.of(1)],
  };
  const none = {
    count: 0,
    features: new Float32Array(0),
    labels: [new Float32Array(0)],
  };
  const { heads: [after], updates } = finish(
    { metric, scorer },
    [head],
    request,
    none,
    0.5,
  );
  // u = (2, 2), q = 1 + 6 + 2 = 9, need = 0.5 + 0.5 = 1, t = 1/18.
  const t = 1 / 18;
  assertEquals(updates, 1);
  [-2 * t, -2 * t, 2 * t, 2 * t].forEach((value, i) =>
    assertAlmostEquals(after!.weight[i]!, value, 1e-7)
  );
  assertAlmostEquals(after!.bias[0]!, 0.5 - t, 1e-7);
  assertAlmostEquals(after!.bias[1]!, t, 1e-7);
});

Deno.test("what is remembered stays right by half the margin, where there is room for all", () => {
  for (let seed = 0; seed < 20; seed++) {
    const random = Random.fromSeed(seed);
    const heads = toyHeads(random).slice(0, 2);
    const all = toyExamples(5, random);
    const examples = { ...all, labels: all.labels.slice(0, 2) };
    const memory = pick(examples, [0, 1, 2, 3]);
    const request = pick(examples, [4]);
    const learned = finish(TOOLS, heads, memory, {
      ...request,
      ...pick(request, []),
    }, MARGIN);
    if (open(learned.heads, memory, MARGIN / 2) > 0) continue;
    const { heads: after } = finish(
      TOOLS,
      learned.heads,
      request,
      memory,
      MARGIN,
    );
    const left = open(after, memory, MARGIN / 4) +
      open(after, request, MARGIN / 4);
    assert(left <= 1, `seed ${seed}: ${left} are wrong`);
  }
});
