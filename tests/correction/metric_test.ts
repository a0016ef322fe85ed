import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { Metric } from "../../src/correction/metric.ts";
import { Random } from "../../src/nn/prng.ts";
import * as twin from "../reference/matrix.ts";
import { featureRows, FEATURES, numbers, STRIDE } from "./toy.ts";

const ROWS = 30;

function rowsOf(values: ArrayLike<number>): number[][] {
  return Array.from(
    { length: values.length / STRIDE },
    (_, r) =>
      Array.from({ length: FEATURES }, (_, i) => values[r * STRIDE + i]!),
  );
}

/** M = C + λ·s·I of rows about their groups' means, and μ, in plain doubles. */
function plainMetric(rows: number[][], ridge: number, groups?: number[]) {
  const centred = rows.map((row, r) => {
    const group = rows.filter((_, q) => groups?.[q] === groups?.[r]);
    return row.map((value, i) => value - twin.mean(group)[i]!);
  });
  const c = twin.gram(centred, FEATURES)
    .map((row) => row.map((value) => value / rows.length));
  const scale = c.reduce((sum, row, i) => sum + row[i]!, 0) / FEATURES;
  const m = c.map((row, i) =>
    row.map((value, j) => value + (i === j ? ridge * scale : 0))
  );
  return { m, mean: twin.mean(rows), factor: twin.cholesky(m) };
}

Deno.test("directions solve M u = x − μ, with and without groups", async () => {
  for (
    const groups of [
      undefined,
      Array.from({ length: ROWS }, (_, r) => r % 4),
    ]
  ) {
    const random = Random.fromSeed(5);
    const features = featureRows(ROWS, random);
    const metric = await Metric.create(features, {
      features: FEATURES,
      ridge: 0.3,
      ...(groups && { groups }),
    });
    const { m, mean } = plainMetric(rowsOf(features), 0.3, groups);
    const others = featureRows(7, random);
    const rows = rowsOf(others);
    metric.directions(others).forEach(({ weight, bias, gain }, r) => {
      const u = Array.from(weight);
      const away = rows[r]!.map((value, i) => value - mean[i]!);
      m.forEach((row, i) =>
        assertAlmostEquals(twin.dot(row, u), away[i]!, 1e-9)
      );
      assertAlmostEquals(bias, 1 - twin.dot(mean, u), 1e-9);
      assertAlmostEquals(gain, 1 + twin.dot(away, u), 1e-9);
      assertEquals(u.slice(FEATURES), Array(STRIDE - FEATURES).fill(0));
    });
  }
});

Deno.test("whitened features vary alike in every direction", async () => {
  // With next to no ridge, C of the whitened rows is the identity.
  const features = featureRows(200, Random.fromSeed(1));
  const metric = await Metric.create(features, {
    features: FEATURES,
    ridge: 1e-9,
  });
  const white = rowsOf(metric.whiten(features));
  twin.mean(white).forEach((value) => assertAlmostEquals(value, 0, 1e-6));
  twin.gram(white, FEATURES).forEach((row, i) =>
    row.forEach((value, j) =>
      assertAlmostEquals(value / 200, i === j ? 1 : 0, 1e-5)
    )
  );
});

Deno.test("one solve gives what whitening and directions give, to the bit", async () => {
  const random = Random.fromSeed(8);
  const features = featureRows(ROWS, random);
  const metric = await Metric.create(features, { features: FEATURES });
  // One row, fewer than are solved side by side, and more than in one call.
  for (const count of [1, 3, 70]) {
    const rows = featureRows(count, random);
    const { whitened, directions } = metric.solve(rows);
    assertEquals(whitened, metric.whiten(rows));
    const one = rows.subarray(0, STRIDE);
    assertEquals(directions.length, count);
    assertEquals(directions[0], metric.directions(one)[0]);
  }
});

Deno.test("weights brought back act on features as they do on whitened ones", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(9999),
      fc.integer({ min: 1, max: 70 }),
      async (seed, count) => {
        const random = Random.fromSeed(seed);
        const features = featureRows(ROWS, random);
        const metric = await Metric.create(features, { features: FEATURES });
        const weights = new Float32Array(count * STRIDE);
        for (let row = 0; row < count; row++) {
          weights.set(numbers(FEATURES, random), row * STRIDE);
        }
        const back = rowsOf(metric.unwhiten(weights));
        const mean = Array.from(metric.mean);
        const white = rowsOf(metric.whiten(features));
        rowsOf(weights).forEach((weight, k) =>
          rowsOf(features).forEach((x, r) =>
            assertAlmostEquals(
              twin.dot(back[k]!, x) - twin.dot(back[k]!, mean),
              twin.dot(weight, white[r]!),
              1e-5,
            )
          )
        );
      },
    ),
    { numRuns: 15 },
  );
});

Deno.test("a metric of nothing, or of what does not vary, is refused", async () => {
  const options = { features: FEATURES };
  await assertRejects(
    () => Metric.create(new Float32Array(0), options),
    RangeError,
    "expected rows and a ridge > 0, got 0 rows",
  );
  await assertRejects(
    () => Metric.create(new Float32Array(3 * STRIDE).fill(1), options),
    RangeError,
    "expected rows that vary",
  );
  await assertRejects(
    () =>
      Metric.create(featureRows(9, Random.fromSeed(1)), {
        ...options,
        ridge: 0,
      }),
    RangeError,
    "a ridge > 0",
  );
});
