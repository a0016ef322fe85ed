import { assertEquals } from "@std/assert";
import type { Kernels } from "../../src/kernels/mod.ts";
import { AWKWARD, bits, fill, guardedBlocks } from "./blocks.ts";

type Blocks = Readonly<Record<"w" | "g" | "m" | "v", Float32Array>>;
type Step = (kernels: Kernels, blocks: Blocks, n: number) => void;

const ADAM = [1e-2, 0.9, 0.999, 1e-8, 3.5] as const;

const STEPS: Readonly<Record<string, Step>> = {
  sgd: (kernels, { w, g }, n) =>
    kernels.sgd(w.byteOffset, g.byteOffset, 0, n, 0.1, 0, 0, 0, 0.01, 0),
  momentum: (kernels, { w, g, m }, n) =>
    kernels.sgd(
      w.byteOffset,
      g.byteOffset,
      m.byteOffset,
      n,
      0.1,
      0.9,
      0.1,
      0,
      0.01,
      0,
    ),
  nesterov: (kernels, { w, g, m }, n) =>
    kernels.sgd(
      w.byteOffset,
      g.byteOffset,
      m.byteOffset,
      n,
      0.1,
      0.9,
      0,
      1,
      0.01,
      1,
    ),
  adam: (kernels, { w, g, m, v }, n) =>
    kernels.adam(
      w.byteOffset,
      g.byteOffset,
      m.byteOffset,
      v.byteOffset,
      n,
      ...ADAM,
      0.01,
    ),
  adamw: (kernels, { w, g, m, v }, n) =>
    kernels.adamw(
      w.byteOffset,
      g.byteOffset,
      m.byteOffset,
      v.byteOffset,
      n,
      ...ADAM,
      0.001,
    ),
};

/** The bits of all blocks after one step on the first n of 1,023 parameters. */
async function bitsAfter(
  step: Step,
  n: number,
  length = n,
): Promise<number[][]> {
  const { kernels, blocks, assertIntact } = await guardedBlocks({
    w: n,
    g: n,
    m: n,
    v: n,
  });
  const all = new Float32Array(1023);
  [blocks.w, blocks.g, blocks.m, blocks.v].forEach((block, i) => {
    fill(all, i);
    block.set(all.subarray(0, n));
  });
  blocks.v.forEach((value, i, v) => v[i] = Math.abs(value));
  step(kernels, blocks, length);
  assertIntact();
  return [blocks.w, blocks.g, blocks.m, blocks.v].map(bits);
}

for (const [name, step] of Object.entries(STEPS)) {
  Deno.test(`${name}: a parameter's bits do not depend on how many there are`, async () => {
    const longest = await bitsAfter(step, 1023);
    for (const n of AWKWARD) {
      assertEquals(
        await bitsAfter(step, n),
        longest.map((block) => block.slice(0, n)),
      );
    }
  });
}

Deno.test("momentum takes the first gradient whole, and later ones less their dampening", async () => {
  const { kernels, blocks: { w, g, m } } = await guardedBlocks({
    w: 5,
    g: 5,
    m: 5,
  });
  const step = (first: 0 | 1) =>
    kernels.sgd(
      w.byteOffset,
      g.byteOffset,
      m.byteOffset,
      5,
      1,
      0.5,
      0.25,
      0,
      0,
      first,
    );
  g.fill(8);
  m.fill(77); // what an earlier run left
  step(1);
  assertEquals([Array.from(m), Array.from(w)], [
    Array(5).fill(8),
    Array(5).fill(-8),
  ]);
  step(0);
  assertEquals([Array.from(m), Array.from(w)], [
    Array(5).fill(10),
    Array(5).fill(-18),
  ]);
});

Deno.test("an optimizer leaves the gradient, and every parameter beyond n", async () => {
  for (const step of Object.values(STEPS)) {
    const [before, after] = [
      await bitsAfter(step, 65, 0),
      await bitsAfter(step, 65, 13),
    ];
    assertEquals(after[1], before[1]);
    assertEquals(
      after.map((block) => block.slice(13)),
      before.map((block) => block.slice(13)),
    );
  }
});

Deno.test("a parameter whose gradient and moments are zero stays where it is", async () => {
  const { kernels, blocks } = await guardedBlocks({ w: 5, g: 5, m: 5, v: 5 });
  fill(blocks.w, 1);
  const before = bits(blocks.w);
  const { w, g, m, v } = blocks;
  kernels.adam(
    w.byteOffset,
    g.byteOffset,
    m.byteOffset,
    v.byteOffset,
    5,
    ...ADAM,
    0,
  );
  kernels.adamw(
    w.byteOffset,
    g.byteOffset,
    m.byteOffset,
    v.byteOffset,
    5,
    ...ADAM,
    0,
  );
  kernels.sgd(
    w.byteOffset,
    g.byteOffset,
    m.byteOffset,
    5,
    0.1,
    0.9,
    0,
    1,
    0,
    0,
  );
  assertEquals(bits(w), before);
});
