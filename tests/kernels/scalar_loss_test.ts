import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createArena } from "../../src/kernels/arena.ts";
import {
  type ScalarTarget,
  sigmoidCrossEntropy,
  squaredError,
} from "../reference/scalar_loss.ts";
import { rowsOf } from "./blocks.ts";

type Loss = "sigmoidCrossEntropy" | "squaredError";

/** One call of a loss kernel on a head that starts at column 8 of a wider row. */
async function lossOf(
  loss: Loss,
  outputs: readonly number[],
  targets: readonly ScalarTarget[],
  smoothing = 0,
) {
  const batch = outputs.length;
  const stride = 24;
  const { kernels, views } = await createArena((allocate) => ({
    z: allocate.floats(batch * stride),
    labels: allocate.floats(batch),
    otherLabels: allocate.floats(batch),
    weights: allocate.floats(batch),
    gradient: allocate.floats(batch * stride),
  }));
  const { z, labels, otherLabels, weights, gradient } = views;
  z.fill(NaN), gradient.fill(77);
  outputs.forEach((output, r) => z[r * stride + 8] = output);
  targets.forEach(({ label, otherLabel, weight }, r) => {
    labels[r] = label, otherLabels[r] = otherLabel, weights[r] = weight;
  });
  const pointers = [
    z.byteOffset + 32,
    stride,
    batch,
    labels.byteOffset,
    otherLabels.byteOffset,
    weights.byteOffset,
  ] as const;
  const out = [gradient.byteOffset + 32, stride] as const;
  const sum = loss === "squaredError"
    ? kernels.squaredError(...pointers, ...out)
    : kernels.sigmoidCrossEntropy(...pointers, smoothing, ...out);
  const rows = rowsOf(gradient, batch, stride, stride);
  for (const row of rows) {
    const outside = [...row.slice(0, 8), ...row.slice(16)];
    assert(outside.every((value) => value === 77), "a neighbour was written");
    assert(row.slice(9, 16).every((lane) => Object.is(lane, 0)), "padding");
  }
  return { loss: sum, gradient: rows.map((row) => row[8]!) };
}

/** Outputs and targets of a batch, some rows masked, some without another label. */
function batches(label: fc.Arbitrary<number>) {
  const row = fc.record({
    z: fc.record({
      value: fc.float({ min: -1, max: 1, noNaN: true }),
      spread: fc.constantFrom(1, 20, 1e4),
    }).map(({ value, spread }) => Math.fround(value * spread)),
    target: fc.record({
      label: fc.oneof(label, fc.constant(NaN)),
      otherLabel: fc.oneof(label, fc.constant(NaN)),
      weight: fc.float({ min: 0, max: 1, noNaN: true }),
    }),
  });
  return fc.array(row, { minLength: 1, maxLength: 9 });
}

const LABELS: Record<Loss, fc.Arbitrary<number>> = {
  sigmoidCrossEntropy: fc.constantFrom(0, 1),
  squaredError: fc.float({ min: -8, max: 8, noNaN: true }),
};
const TWINS = { sigmoidCrossEntropy, squaredError };

for (const name of ["sigmoidCrossEntropy", "squaredError"] as const) {
  Deno.test(`${name} and its gradient are those of their twin`, async () => {
    await fc.assert(
      fc.asyncProperty(
        batches(LABELS[name]),
        fc.constantFrom(0, 0.1, 0.5),
        async (rows, smoothing) => {
          const outputs = rows.map(({ z }) => z);
          const targets = rows.map(({ target }) => target);
          const got = await lossOf(name, outputs, targets, smoothing);
          const expected = TWINS[name](
            outputs,
            targets,
            Math.fround(smoothing),
          );
          const tolerance = 1e-9 * (1 + Math.abs(expected.loss));
          assertAlmostEquals(got.loss, expected.loss, tolerance);
          expected.gradient.forEach((value, r) =>
            assertAlmostEquals(
              got.gradient[r]!,
              value,
              1e-7 * (1 + Math.abs(value)),
            )
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  Deno.test(`${name}: a masked row costs nothing and shares in no mean, whatever its output`, async () => {
    const target = { label: 1, otherLabel: NaN, weight: 0 };
    const masked = { label: NaN, otherLabel: 1, weight: 0.5 };
    const alone = await lossOf(name, [0.75], [target]);
    const among = await lossOf(name, [NaN, 0.75, Infinity], [
      masked,
      target,
      masked,
    ]);
    assertEquals(among.loss, alone.loss);
    assertEquals(among.gradient, [0, alone.gradient[0]!, 0]);
    assertEquals(await lossOf(name, [NaN], [masked]), {
      loss: 0,
      gradient: [0],
    });
  });
}

const TORCH = {
  sigmoid: {
    loss: 2.7834346924199806,
    gradient: [
      0.01517163600424871,
      -0.11243530017715961,
      -0.1,
      0.1358357398350786,
      -0.009485174635513327,
    ],
  },
  square: { loss: 18.375, gradient: [-0.2, -0.3, -0.5, 0, 1.6] },
};

Deno.test("losses and gradients are PyTorch's", async () => {
  // torch 2.13.0 in doubles: binary_cross_entropy_with_logits and mse_loss, whose
  // means are multiplied by 5 here to be sums, and the gradients of the means.
  const z = [-2.5, -0.25, 0, 0.75, 3];
  const of = (labels: number[]) =>
    labels.map((label) => ({ label, otherLabel: NaN, weight: 1 }));
  const sigmoid = await lossOf("sigmoidCrossEntropy", z, of([0, 1, 1, 0, 1]));
  TORCH.sigmoid.gradient.forEach((value, r) =>
    assertAlmostEquals(sigmoid.gradient[r]!, value, 1e-7)
  );
  assertAlmostEquals(sigmoid.loss, TORCH.sigmoid.loss, 1e-7);
  const square = await lossOf("squaredError", z, of([-2, 0.5, 1.25, 0.75, -1]));
  TORCH.square.gradient.forEach((value, r) =>
    assertAlmostEquals(square.gradient[r]!, value, 1e-7)
  );
  assertAlmostEquals(square.loss, TORCH.square.loss, 1e-7);
});
