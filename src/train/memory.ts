/**
 * The examples that a model keeps of its training images, so that it can be tuned by
 * request without forgetting: a replay memory to mix into every step, and a
 * guard set that decides whether the result may be published.
 *
 * @module
 */

import type { StoredExamples } from "../model/state.ts";
import { Random } from "../nn/prng.ts";
import { type Examples, groupsOf, labelsOf } from "../model/examples.ts";

/** The number of examples that a memory is to have. */
export interface MemorySize {
  /** Of every group, where there are as many. */
  readonly perGroup: number;
  /** In all, where there are as many: few groups give more each. */
  readonly least: number;
}

/**
 * Draws some of `rows` with `seed`, of every group as many; undefined where there
 * are no rows. Class-balanced, as rehearsal works best.
 *
 * Source: Chaudhry et al. 2019, "On tiny episodic memories in continual
 * learning" (arXiv:1902.10486).
 */
export function rememberExamples(
  examples: Examples,
  rows: ArrayLike<number>,
  { perGroup, least }: MemorySize,
  seed: number,
): StoredExamples | undefined {
  if (rows.length === 0) return undefined;
  const { inputs } = examples;
  const groups = groupsOf(examples);
  const present = new Set(Array.from(rows, (row) => groups[row]!));
  const most = Math.max(perGroup, Math.ceil(least / present.size));
  const order = Uint32Array.from(rows);
  Random.fromSeed(seed, "memory").shuffle(order);
  const taken = new Map<string, number>();
  const chosen = order.filter((row) => {
    const group = groups[row]!;
    const count = taken.get(group) ?? 0;
    taken.set(group, count + 1);
    return count < most;
  }).sort();
  const descriptors = new Uint8Array(chosen.length * inputs);
  chosen.forEach((row, n) =>
    examples.read(row, 0, descriptors.subarray(n * inputs, (n + 1) * inputs))
  );
  return {
    length: chosen.length,
    descriptors,
    labels: examples.heads.map((_, head) => labelsOf(examples, chosen, head)),
  };
}
