import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createArena } from "../../src/kernels/arena.ts";
import { crossEntropy, softmax, type Target } from "../reference/loss.ts";
import { AWKWARD, fill, guardedBlocks, rowsOf } from "./blocks.ts";

const CLASSES = AWKWARD.filter((classes) => classes > 0);

async function logitsOf(batch: number, classes: number, spread: number) {
  const stride = classes + 3;
  const guarded = await guardedBlocks({
    z: batch * stride,
    out: batch * (classes + 1),
  });
  fill(guarded.blocks.z, classes);
  guarded.blocks.z.forEach((value, i, z) => z[i] = spread * value);
  const softmaxRows = (inverseTemperature: number) => {
    const { kernels, blocks: { z, out } } = guarded;
    kernels.softmax(
      z.byteOffset,
      stride,
      classes,
      batch,
      inverseTemperature,
      out.byteOffset,
      classes + 1,
    );
    return rowsOf(out, batch, classes + 1, classes);
  };
  return { ...guarded, stride, softmaxRows };
}

Deno.test("softmax is that of its twin, from tame to huge logits", async () => {
  for (const classes of CLASSES) {
    for (const spread of [1, 30, 1e4]) {
      for (const inverseTemperature of [1, 0.25, 3]) {
        const { blocks: { z }, stride, softmaxRows, assertIntact } =
          await logitsOf(3, classes, spread);
        const rows = softmaxRows(inverseTemperature);
        assertIntact();
        rows.forEach((row, r) => {
          const expected = softmax(
            rowsOf(z, 3, stride, classes)[r]!,
            inverseTemperature,
          );
          row.forEach((p, c) => assertAlmostEquals(p, expected[c]!, 1e-7));
          assertAlmostEquals(row.reduce((sum, p) => sum + p, 0), 1, 1e-6);
        });
      }
    }
  }
});

Deno.test("softmax may overwrite its logits, and does not touch what lies between the rows", async () => {
  const { kernels, blocks: { z }, stride, softmaxRows } = await logitsOf(
    4,
    5,
    2,
  );
  const before = rowsOf(z, 4, stride, stride);
  const apart = softmaxRows(1);
  kernels.softmax(z.byteOffset, stride, 5, 4, 1, z.byteOffset, stride);
  assertEquals(rowsOf(z, 4, stride, 5), apart);
  rowsOf(z, 4, stride, stride).forEach((row, r) =>
    assertEquals(row.slice(5), before[r]!.slice(5))
  );
});

Deno.test("softmax gives an impossible class nothing, and equal logits equal shares", async () => {
  const { blocks: { z }, softmaxRows } = await logitsOf(2, 4, 1);
  z.set([-Infinity, 0, 0, -Infinity]);
  z.fill(1e4, 7, 11);
  assertEquals(softmaxRows(1), [[0, 0.5, 0.5, 0], [0.25, 0.25, 0.25, 0.25]]);
});

/** One call of the loss kernel on a head that starts at column 8 of a wider row. */
async function lossOf(
  logits: readonly (readonly number[])[],
  targets: readonly Target[],
  smoothing: number,
) {
  const [batch, classes] = [logits.length, logits[0]?.length ?? 1];
  const padded = Math.ceil(classes / 8) * 8;
  const stride = 8 + padded + 8;
  const { kernels, views } = await createArena((allocate) => ({
    z: allocate.floats(batch * stride),
    labels: allocate.floats(batch),
    otherLabels: allocate.floats(batch),
    weights: allocate.floats(batch),
    gradient: allocate.floats(batch * stride),
  }));
  const { z, labels, otherLabels, weights, gradient } = views;
  z.fill(NaN), gradient.fill(77);
  logits.forEach((row, r) => z.set(row, r * stride + 8));
  targets.forEach(({ label, otherLabel, weight }, r) => {
    labels[r] = label < 0 ? NaN : label;
    otherLabels[r] = otherLabel < 0 ? NaN : otherLabel;
    weights[r] = weight;
  });
  const loss = kernels.softmaxCrossEntropy(
    z.byteOffset + 32,
    stride,
    classes,
    batch,
    labels.byteOffset,
    otherLabels.byteOffset,
    weights.byteOffset,
    smoothing,
    gradient.byteOffset + 32,
    stride,
  );
  const rows = rowsOf(gradient, batch, stride, stride);
  for (const row of rows) {
    const outside = [...row.slice(0, 8), ...row.slice(8 + padded)];
    assert(
      outside.every((value) => value === 77),
      "a neighbouring column was written",
    );
    assert(
      row.slice(8 + classes, 8 + padded).every((lane) => Object.is(lane, 0)),
      "padding lanes",
    );
  }
  return { loss, gradient: rows.map((row) => row.slice(8, 8 + classes)) };
}

/** Logits and targets of a batch, some rows masked, some without another label. */
const batches = fc.record({
  classes: fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 9, 17, 31, 64),
  spread: fc.constantFrom(1, 20, 1e4),
}).chain(({ classes, spread }) => {
  const label = fc.integer({ min: -1, max: classes - 1 });
  const logit = fc.float({ min: -1, max: 1, noNaN: true }).map((z) =>
    Math.fround(z * spread)
  );
  const row = fc.record({
    z: fc.array(logit, { minLength: classes, maxLength: classes }),
    target: fc.record({
      label,
      otherLabel: label,
      weight: fc.float({ min: 0, max: 1, noNaN: true }),
    }),
  });
  return fc.array(row, { minLength: 1, maxLength: 9 });
});

Deno.test("cross-entropy and its gradient are those of their twin", async () => {
  await fc.assert(
    fc.asyncProperty(
      batches,
      fc.constantFrom(0, 0.1, 0.5),
      async (rows, smoothing) => {
        const logits = rows.map(({ z }) => z);
        const targets = rows.map(({ target }) => target);
        const got = await lossOf(logits, targets, smoothing);
        const expected = crossEntropy(logits, targets, Math.fround(smoothing));
        assertAlmostEquals(
          got.loss,
          expected.loss,
          1e-9 * (1 + Math.abs(expected.loss)),
        );
        expected.gradient.forEach((row, r) =>
          row.forEach((value, c) =>
            assertAlmostEquals(got.gradient[r]![c]!, value, 1e-7)
          )
        );
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("the gradient passes central differences of the loss", async () => {
  const logits = [[0.5, -1, 2], [1, 1.5, -0.25]];
  const targets = [
    { label: 2, otherLabel: 0, weight: 0.75 },
    { label: 1, otherLabel: -1, weight: 0 },
  ];
  const { gradient } = await lossOf(logits, targets, 0.125);
  const step = 2 ** -10;
  for (let r = 0; r < 2; r++) {
    for (let c = 0; c < 3; c++) {
      const moved = (by: number) =>
        logits.map((row, i) =>
          row.map((z, k) => i === r && k === c ? z + by : z)
        );
      const up = await lossOf(moved(step), targets, 0.125);
      const down = await lossOf(moved(-step), targets, 0.125);
      const slope = (up.loss - down.loss) / (2 * step) / targets.length;
      assertAlmostEquals(gradient[r]![c]!, slope, 1e-6);
    }
  }
});

Deno.test("a masked row costs nothing, has no gradient and shares in no mean, whatever its logits", async () => {
  const target = { label: 1, otherLabel: -1, weight: 1 };
  const masked = { label: -1, otherLabel: 0, weight: 0.5 };
  const alone = await lossOf([[1, 2, 3]], [target], 0);
  const among = await lossOf([[NaN, Infinity, 0], [1, 2, 3], [NaN, 0, 0]], [
    masked,
    target,
    masked,
  ], 0);
  assertEquals(among.loss, alone.loss);
  assertEquals(among.gradient, [[0, 0, 0], alone.gradient[0]!, [0, 0, 0]]);
});

Deno.test("without a labelled row the loss is 0 and the gradient is zeros", async () => {
  const masked = { label: -1, otherLabel: -1, weight: 1 };
  assertEquals(await lossOf([[NaN, 1]], [masked], 0.1), {
    loss: 0,
    gradient: [[0, 0]],
  });
  assertEquals(await lossOf([], [], 0.1), { loss: 0, gradient: [] });
});

Deno.test("an impossible class with no share in the target costs nothing; NaN among the logits shows", async () => {
  const target = { label: 0, otherLabel: -1, weight: 1 };
  const { loss } = await lossOf([[0, -Infinity]], [target], 0);
  assertEquals(loss, 0);
  assert(Number.isNaN((await lossOf([[0, NaN]], [target], 0)).loss));
});

Deno.test("loss and gradient are PyTorch's", async () => {
  // torch 2.13.0 in doubles: cross_entropy with label_smoothing=0.125, whose mean is
  // multiplied by 2 here to be a sum, and the gradient of the mean.
  const plain = { otherLabel: -1, weight: 1 };
  const { loss, gradient } = await lossOf(
    [[0.5, -1, 2], [1, 1.5, -0.25]],
    [{ label: 2, ...plain }, { label: 0, ...plain }],
    0.125,
  );
  assertAlmostEquals(loss, 1.5368457716933905, 1e-9);
  const expected = [
    [0.06681186273668502, -0.0012770466979896075, -0.06553481603869538],
    [-0.2879887028035334, 0.2600174823707022, 0.027971220432831127],
  ];
  expected.forEach((row, r) =>
    row.forEach((value, c) => assertAlmostEquals(gradient[r]![c]!, value, 1e-7))
  );
});
