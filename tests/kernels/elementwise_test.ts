import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { createArena } from "../../src/kernels/arena.ts";
import {
  interpolate,
  relu,
  reluGradient,
  standardize,
  sumOfSquares,
} from "../reference/elementwise.ts";
import { AWKWARD, bits, fill, guardedBlocks } from "./blocks.ts";

/** Two blocks of n random floats each. */
async function pairOf(n: number) {
  const guarded = await guardedBlocks({ x: n, y: n });
  fill(guarded.blocks.x, n), fill(guarded.blocks.y, n + 1);
  return guarded;
}

const floats = (values: Iterable<number>) => bits(Float32Array.from(values));

Deno.test("relu is max(x, 0) at every length, and NaN stays NaN", async () => {
  for (const n of AWKWARD) {
    const { kernels, blocks: { x }, assertIntact } = await pairOf(n);
    const expected = floats(x.map(relu));
    kernels.relu(x.byteOffset, n);
    assertIntact();
    assertEquals(bits(x), expected);
  }
  for (const at of [0, 4]) {
    const { kernels, blocks: { x } } = await guardedBlocks({ x: 5 });
    x[at] = NaN;
    kernels.relu(x.byteOffset, 5);
    assert(Number.isNaN(x[at]));
  }
});

Deno.test("relu turns −0 into 0", async () => {
  const { kernels, blocks: { x } } = await guardedBlocks({ x: 5 });
  x.fill(-0);
  kernels.relu(x.byteOffset, 5);
  assert(x.every((value) => Object.is(value, 0)));
});

Deno.test("reluGradient keeps what flowed through, and drops NaN where nothing did", async () => {
  for (const n of AWKWARD) {
    const { kernels, blocks: { x: y, y: g }, assertIntact } = await pairOf(n);
    for (let i = 0; i < n; i += 3) y[i] = 0;
    const expected = floats(g.map((value, i) => reluGradient(y[i]!, value)));
    for (let i = 0; i < n; i += 6) g[i] = NaN;
    kernels.reluGradient(y.byteOffset, g.byteOffset, n);
    assertIntact();
    assertEquals(bits(g), expected);
  }
});

Deno.test("multiply, scale and interpolate are those of their twins at every length", async () => {
  const round = Math.fround;
  for (const n of AWKWARD) {
    const product = await pairOf(n);
    {
      const { kernels, blocks: { x, y } } = product;
      const expected = floats(x.map((value, i) => round(value * y[i]!)));
      kernels.multiply(x.byteOffset, y.byteOffset, n);
      assertEquals(bits(x), expected);
    }
    const scaled = await pairOf(n);
    {
      const { kernels, blocks: { x } } = scaled;
      const expected = floats(x.map((value) => round(value * round(0.3))));
      kernels.scale(x.byteOffset, n, 0.3);
      assertEquals(bits(x), expected);
    }
    const mixed = await pairOf(n);
    {
      const { kernels, blocks: { x, y } } = mixed;
      const expected = Array.from(
        x,
        (value, i) => interpolate(value, y[i]!, 0.3),
      );
      kernels.interpolate(x.byteOffset, y.byteOffset, n, 0.3);
      expected.forEach((value, i) => assertAlmostEquals(x[i]!, value, 2e-7));
    }
    for (const { assertIntact } of [product, scaled, mixed]) assertIntact();
  }
});

Deno.test("sumOfSquares sums in double precision", async () => {
  for (const n of AWKWARD) {
    const { kernels, blocks: { x } } = await pairOf(n);
    if (n > 2) x[n >> 1] = 1e15; // in single precision its square would swallow the rest
    const expected = sumOfSquares(Array.from(x));
    assertAlmostEquals(
      kernels.sumOfSquares(x.byteOffset, n),
      expected,
      1e-14 * expected,
    );
  }
  const { kernels, blocks: { x } } = await guardedBlocks({ x: 2 });
  x.set([3e38, 3e38]);
  assert(Number.isFinite(kernels.sumOfSquares(x.byteOffset, 2)));
});

Deno.test("isFinite finds one NaN or infinity anywhere, and nothing in what is finite", async () => {
  for (const n of AWKWARD.filter((n) => n < 100)) {
    const { kernels, blocks: { x } } = await pairOf(n);
    const largest = 3.4028234663852886e38;
    const tame = [largest, -largest, 1e-45, -0];
    tame.forEach((value, i) => i < n && (x[i] = value));
    assertEquals(kernels.isFinite(x.byteOffset, n), 1);
    for (let i = 0; i < n; i++) {
      const kept = x[i]!;
      for (const wild of [NaN, Infinity, -Infinity]) {
        x[i] = wild;
        assertEquals(
          kernels.isFinite(x.byteOffset, n),
          0,
          `${wild} at ${i} of ${n}`,
        );
      }
      x[i] = kept;
    }
  }
});

Deno.test("standardizeBytes takes the mean off unsigned bytes and scales them", async () => {
  for (const n of AWKWARD) {
    const { kernels, views: { x, mean, inverse, out } } = await createArena((
      allocate,
    ) => ({
      x: allocate.bytes(n),
      mean: allocate.floats(n),
      inverse: allocate.floats(n),
      out: allocate.floats(n + 4),
    }));
    out.fill(77);
    fill(mean, 1), fill(inverse, 2);
    for (let i = 0; i < n; i++) x[i] = 255 - i;
    kernels.standardizeBytes(
      x.byteOffset,
      mean.byteOffset,
      inverse.byteOffset,
      out.byteOffset,
      n,
    );
    x.forEach((byte, i) =>
      assertAlmostEquals(
        out[i]!,
        standardize(byte, mean[i]!, inverse[i]!),
        3e-5,
      )
    );
    assertEquals(Array.from(out.subarray(n)), [77, 77, 77, 77]);
  }
});
