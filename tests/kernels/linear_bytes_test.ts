import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createArena } from "../../src/kernels/arena.ts";
import { Random } from "../../src/nn/prng.ts";
import { linearBytes } from "../reference/linear_bytes.ts";

const CANARY = -1234.5;
/** Bytes behind a weight, which may be read and do not count. */
const BEHIND = 16;

/** Sizes of one call, and what surrounds it in memory. */
interface Shape {
  readonly batch: number;
  readonly outputs: number;
  readonly count: number;
  /** Bytes between the rows of the weight: other parts of it. */
  readonly gap: number;
}

const paddedTo = (multiple: number, n: number) =>
  Math.ceil(n / multiple) * multiple;

/** A layer with random inputs and weights, their extremes among them. */
async function layerOf(
  { batch, outputs, count, gap }: Shape,
  seed: number,
  extreme = false,
) {
  const xStride = paddedTo(16, count);
  const wStride = count + gap;
  const width = paddedTo(4, outputs);
  const yStride = width + 4;
  const { kernels, views } = await createArena((allocate) => ({
    x: allocate.bytes(2 * batch * xStride),
    w: allocate.bytes(outputs * wStride + BEHIND),
    scale: allocate.floats(width),
    y: allocate.floats(batch * yStride),
  }));
  const random = Random.fromSeed(seed, "linear bytes");
  const x = new Int16Array(views.x.buffer, views.x.byteOffset, batch * xStride);
  const w = new Int8Array(views.w.buffer, views.w.byteOffset, views.w.length);
  for (let i = 0; i < w.length; i++) {
    w[i] = extreme ? -128 : random.below(256) - 128;
  }
  for (let r = 0; r < batch; r++) {
    for (let i = 0; i < count; i++) {
      x[r * xStride + i] = extreme ? -255 : random.below(511) - 255;
    }
  }
  for (let o = 0; o < outputs; o++) views.scale[o] = random.uniform();
  for (let i = 0; i < views.y.length; i++) {
    views.y[i] = i % yStride < width ? random.uniform() : CANARY;
  }
  const rows = (
    block: ArrayLike<number>,
    n: number,
    stride: number,
    length: number,
  ) =>
    Array.from(
      { length: n },
      (_, r) => Array.from({ length }, (_, i) => block[r * stride + i]!),
    );
  return {
    call: (factor: number, row = 0, count_ = batch) =>
      kernels.linearBytes(
        x.byteOffset + 2 * row * xStride,
        xStride,
        w.byteOffset,
        wStride,
        views.scale.byteOffset,
        views.y.byteOffset + 4 * row * yStride,
        yStride,
        count_,
        outputs,
        count,
        factor,
      ),
    scale: views.scale,
    y: () => rows(views.y, batch, yStride, yStride),
    yBlock: views.y,
    width,
    x: rows(x, batch, xStride, count),
    w: rows(w, outputs, wStride, count),
  };
}

const shapes = fc.record({
  batch: fc.integer({ min: 1, max: 5 }),
  outputs: fc.integer({ min: 1, max: 9 }),
  count: fc.integer({ min: 1, max: 70 }),
  gap: fc.integer({ min: 0, max: 20 }),
});

Deno.test("a layer on bytes is that of its twin, at any length, and leaves what lies between the rows", async () => {
  await fc.assert(
    fc.asyncProperty(shapes, fc.nat(1e6), async (shape, seed) => {
      const layer = await layerOf(shape, seed);
      const before = layer.y();
      layer.call(0.03);
      const expected = linearBytes(
        layer.x,
        layer.w,
        Array.from(layer.scale),
        0.03,
      );
      layer.y().forEach((row, r) =>
        row.forEach((value, o) => {
          const old = before[r]![o]!;
          if (o >= shape.outputs) return assertEquals(value, old);
          const added = expected[r]![o]!;
          const error = Math.abs(value - (old + added));
          assert(error <= 4e-7 * (Math.abs(old) + Math.abs(added)), `${error}`);
        })
      );
    }),
    { numRuns: 60 },
  );
});

Deno.test("sums are exact integers, up to the largest that a layer may have", async () => {
  const shape = { batch: 1, outputs: 1, count: 65_536, gap: 0 };
  const layer = await layerOf(shape, 1, true);
  layer.scale[0] = 1;
  layer.yBlock[0] = 0;
  layer.call(1);
  assertEquals(layer.y()[0]![0], 65_536 * 128 * 255);

  const odd = await layerOf({ ...shape, outputs: 3, count: 77, gap: 5 }, 2);
  odd.scale.fill(1);
  odd.yBlock.fill(0);
  odd.call(1);
  const sums = linearBytes(odd.x, odd.w, [1, 1, 1], 1)[0]!;
  assertEquals(odd.y()[0]!.slice(0, 3), sums);
});

Deno.test("the bits of a row do not depend on the other rows", async () => {
  const shape = { batch: 5, outputs: 11, count: 60, gap: 3 };
  const layer = await layerOf(shape, 3);
  const before = layer.yBlock.slice();
  layer.call(0.7);
  const together = layer.y();
  layer.yBlock.set(before);
  for (let r = 0; r < shape.batch; r++) layer.call(0.7, r, 1);
  assertEquals(layer.y(), together);
});

Deno.test("centred bytes are the differences, the largest and the smallest too", async () => {
  const { kernels, views } = await createArena((allocate) => ({
    x: allocate.bytes(32),
    mean: allocate.bytes(32),
    out: allocate.bytes(2 * 40),
  }));
  const out = new Int16Array(views.out.buffer, views.out.byteOffset, 40);
  await fc.assert(fc.asyncProperty(
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
    fc.constantFrom(8, 16, 24, 32),
    (x, mean, n) => {
      views.x.set(x);
      views.mean.set(mean);
      views.x[0] = 255, views.mean[0] = 0, views.x[1] = 0, views.mean[1] = 255;
      out.fill(999);
      kernels.centerBytes(
        views.x.byteOffset,
        views.mean.byteOffset,
        out.byteOffset,
        n,
      );
      assertEquals(
        Array.from(out),
        Array.from(
          { length: 40 },
          (_, i) => i < n ? views.x[i]! - views.mean[i]! : 999,
        ),
      );
      return Promise.resolve();
    },
  ));
});
