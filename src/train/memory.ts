/**
 * What a model keeps of its training pictures, so that it can be tuned by
 * request without forgetting: a replay memory to mix into every step, and a
 * guard set that decides whether the result may be published.
 *
 * @module
 */

import type { StoredExamples } from "../model/state.ts";
import { Random } from "../nn/prng.ts";
import type { Examples } from "./batch.ts";

/**
 * Up to `perClass` of `rows` for every (domain, item), drawn with `seed`;
 * undefined where there are no rows. Class-balanced, as rehearsal works best.
 *
 * Source: Chaudhry et al. 2019, "On tiny episodic memories in continual
 * learning" (arXiv:1902.10486).
 */
export function rememberExamples(
  examples: Examples,
  rows: ArrayLike<number>,
  inputs: number,
  perClass: number,
  seed: number,
): StoredExamples | undefined {
  if (rows.length === 0) return undefined;
  const order = Uint32Array.from(rows);
  Random.fromSeed(seed, "memory").shuffle(order);
  const taken = new Map<string, number>();
  const chosen = order.filter((row) => {
    const name = `${examples.domainOf(row)}/${examples.itemOf(row)}`;
    const count = taken.get(name) ?? 0;
    taken.set(name, count + 1);
    return count < perClass;
  }).sort();
  const descriptors = new Uint8Array(chosen.length * inputs);
  chosen.forEach((row, n) =>
    examples.read(row, 0, descriptors.subarray(n * inputs, (n + 1) * inputs))
  );
  return {
    descriptors,
    domains: Int32Array.from(chosen, (row) => examples.domainOf(row)),
    items: Int32Array.from(chosen, (row) => examples.itemOf(row)),
  };
}
