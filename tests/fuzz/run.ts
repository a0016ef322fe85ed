/** Throws damaged bytes at surfaces, one after the other. @module */

import { Random } from "../../src/nn/prng.ts";
import { mutate } from "./mutate.ts";
import type { Surface } from "./surfaces.ts";

/** What a run has found. */
export interface Finding {
  readonly surface: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly error: unknown;
}

/** How long one input may take, in milliseconds. */
export const SLOW = 1000;

/**
 * Yields after every input: undefined, or what went wrong with it. The same seed
 * gives the same inputs.
 */
export async function* fuzz(
  surfaces: readonly Surface[],
  seed: number,
): AsyncGenerator<Finding | undefined, never> {
  const random = Random.fromSeed(seed, "fuzz");
  const all = surfaces.flatMap(({ seeds }) => seeds);
  for (;;) {
    for (const surface of surfaces) {
      const start = surface.seeds[random.below(surface.seeds.length)]!;
      const others = random.below(8) === 0 ? all : surface.seeds;
      yield await attempt(surface, mutate(start, others, random));
    }
  }
}

async function attempt(
  surface: Surface,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Finding | undefined> {
  const found = (error: unknown) => ({ surface: surface.name, bytes, error });
  try {
    let took = await timeOf(surface, bytes);
    // Once may be the machine's fault.
    if (took > SLOW) took = Math.min(took, await timeOf(surface, bytes));
    if (took <= SLOW) return undefined;
    return found(new Error(`it took ${took} ms`));
  } catch (error) {
    return found(error);
  }
}

async function timeOf(
  surface: Surface,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<number> {
  const started = performance.now();
  await surface.take(bytes.slice());
  return performance.now() - started;
}
