/**
 * Blocks of an arena with canaries on both sides, and repeatable contents.
 *
 * @module
 */

import { assert } from "@std/assert";
import { createArena } from "../../src/kernels/arena.ts";
import type { Kernels } from "../../src/kernels/mod.ts";
import { Random } from "../../src/nn/prng.ts";

/** Lengths at which loops over four, eight or a block have something left over. */
export const AWKWARD = [0, 1, 3, 4, 5, 7, 8, 9, 17, 63, 64, 65, 1023];

const CANARY = -1234.5;
const GUARD = 16;

/** Named blocks of floats, and a check that nothing was written beside them. */
export interface Guarded<K extends string> {
  readonly kernels: Kernels;
  readonly blocks: Readonly<Record<K, Float32Array>>;
  assertIntact(): void;
}

/** Makes an arena with blocks of these lengths, zeroed, with canaries around each. */
export async function guardedBlocks<K extends string>(
  lengths: Readonly<Record<K, number>>,
): Promise<Guarded<K>> {
  const names = Object.keys(lengths) as K[];
  const { kernels, views } = await createArena((allocate) =>
    names.map((name) => allocate.floats(lengths[name] + 2 * GUARD))
  );
  const guards = views.flatMap((
    view,
  ) => [view.subarray(0, GUARD), view.subarray(-GUARD)]);
  for (const guard of guards) guard.fill(CANARY);
  const blocks = Object.fromEntries(
    names.map((
      name,
      i,
    ) => [name, views[i]!.subarray(GUARD, GUARD + lengths[name])]),
  ) as Record<K, Float32Array>;
  return {
    kernels,
    blocks,
    assertIntact: () =>
      guards.forEach((guard, i) =>
        assert(
          guard.every((value) => value === CANARY),
          `A kernel wrote ${i % 2 === 0 ? "before" : "after"} ${names[i >> 1]}`,
        )
      ),
  };
}

/** Fills a block with numbers in [−1, 1) that depend on the seed. */
export function fill(block: Float32Array, seed: number): void {
  const random = Random.fromSeed(seed, "block");
  for (let i = 0; i < block.length; i++) block[i] = 2 * random.uniform() - 1;
}

/** The bits of floats, so that NaN and −0 compare as what they are. */
export function bits(block: Float32Array): number[] {
  return Array.from(new Uint32Array(block.slice().buffer));
}

/** The first `width` columns of a block of rows with a stride. */
export function rowsOf(
  block: Float32Array,
  count: number,
  stride: number,
  width: number,
): number[][] {
  return Array.from(
    { length: count },
    (_, r) => Array.from(block.subarray(r * stride, r * stride + width)),
  );
}
