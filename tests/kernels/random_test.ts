import { assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { createArena } from "../../src/kernels/arena.ts";
import { splitmix64, uniforms } from "../reference/random.ts";
import { AWKWARD, bits, fill, guardedBlocks } from "./blocks.ts";

async function maskOf(
  n: number,
  keep: number,
  seed: bigint,
): Promise<number[]> {
  const { kernels, blocks: { mask }, assertIntact } = await guardedBlocks({
    mask: n,
  });
  kernels.uniformMask(
    mask.byteOffset,
    n,
    keep,
    Number(BigInt.asIntN(32, seed)),
    Number(BigInt.asIntN(32, seed >> 32n)),
  );
  assertIntact();
  return Array.from(mask);
}

Deno.test("the twin is splitmix64 as published: the first outputs from seed 0", () => {
  assertEquals(splitmix64(0n, 3), [
    0xe220a8397b1dcdafn,
    0x6e789e6aa1b965f4n,
    0x06c45d188009454fn,
  ]);
});

Deno.test("a mask keeps what its twin keeps, scaled by 1/keep, for any 64-bit seed", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
      fc.constantFrom(...AWKWARD),
      fc.constantFrom(0.125, 0.5, 0.8, 1),
      async (seed, n, keep) => {
        const kept = Math.fround(1 / Math.fround(keep));
        const expected = uniforms(seed, n).map((u) =>
          u < Math.fround(keep) ? kept : 0
        );
        assertEquals(await maskOf(n, keep, seed), expected);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("a mask's mean is near 1, and another seed gives another mask", async () => {
  const { views, kernels } = await createArena((allocate) =>
    allocate.floats(100_000)
  );
  kernels.uniformMask(views.byteOffset, views.length, 0.25, 5, 0);
  const mean = views.reduce((sum, value) => sum + value, 0) / views.length;
  assertAlmostEquals(mean, 1, 0.03); // three and a half standard deviations of 0.0055
  assertNotEquals(
    await maskOf(65, 0.5, 5n),
    await maskOf(65, 0.5, 5n + (1n << 32n)),
  );
});

Deno.test("dropping gives the product with a mask, from any of its values on", async () => {
  for (const keep of [0.125, 0.8, 1]) {
    for (const [first, n] of [[0, 0], [0, 64], [4, 8], [60, 100]] as const) {
      const { kernels, blocks, assertIntact } = await guardedBlocks({
        mask: first + n,
        x: n,
      });
      const { mask, x } = blocks;
      fill(x, 3);
      kernels.uniformMask(mask.byteOffset, first + n, keep, 77, -5);
      const expected = x.map((value, i) => value * mask[first + i]!);
      kernels.dropUniform({
        x: x.byteOffset,
        n,
        keep,
        seedLow: 77,
        seedHigh: -5,
        first,
      });
      assertIntact();
      assertEquals(bits(x), bits(expected));
    }
  }
});
