/**
 * Made-up descriptors for tests of training: each (domain, item) has a pattern
 * of its own, with noise, so that a small network can learn them.
 *
 * @module
 */

import { Random } from "../../src/nn/prng.ts";
import { PREPROCESSING } from "../../src/image/preprocessing.ts";
import type { Examples } from "../../src/train/batch.ts";
import type { NamedExamples } from "../../src/train/plan.ts";

/** `perClass` pictures of every (domain, item), in `views` noisy views. */
export function patternExamples(
  { inputs, domains, items }: {
    inputs: number;
    domains: number;
    items: number;
  },
  perClass: number,
  { views = 2, noise = 60, seed = 1 } = {},
): Examples {
  const random = Random.fromSeed(seed, "patterns");
  const pattern = () =>
    Uint8Array.from({ length: inputs }, () => random.below(200));
  const domainPatterns = Array.from({ length: domains }, pattern);
  const itemPatterns = Array.from({ length: items }, pattern);
  const length = domains * items * perClass;
  const domainOf = (row: number) => row % domains;
  const itemOf = (row: number) => Math.floor(row / domains) % items;
  const descriptors = Array.from({ length: length * views }, (_, index) => {
    const row = Math.floor(index / views);
    const [a, b] = [domainPatterns[domainOf(row)]!, itemPatterns[itemOf(row)]!];
    return a.map((value, i) =>
      Math.min(255, (value + b[i]!) / 2 + random.below(noise))
    );
  });
  return {
    length,
    views,
    cells: [inputs >> 2, inputs >> 2],
    domainOf,
    itemOf,
    read: (row, view, out) => out.set(descriptors[row * views + view]!),
  };
}

/** {@linkcode patternExamples} of two domains and four items, with names. */
export function namedExamples(
  inputs: number,
  perClass: number,
  options: { noise: number },
): NamedExamples {
  const domains = ["a", "b"];
  const items = ["w", "x", "y", "z"];
  const sizes = { inputs, domains: domains.length, items: items.length };
  return {
    ...patternExamples(sizes, perClass, options),
    domains,
    items,
    preprocessing: PREPROCESSING,
    inputs,
    parts: [inputs],
    hash: "0".repeat(64),
  };
}

/** 0, 1, … `length` − 1. */
export function allRows(length: number): Uint32Array {
  return Uint32Array.from({ length }, (_, row) => row);
}
