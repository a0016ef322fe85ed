/**
 * Made-up descriptors for tests of training: each (domain, item) has a pattern
 * of its own, with noise, so that a small network can learn them.
 *
 * @module
 */

import { Random } from "../../src/nn/prng.ts";
import { PREPROCESSING } from "../../src/image/preprocessing.ts";
import { UNKNOWN } from "../../src/heads/head.ts";
import type { Examples } from "../../src/model/examples.ts";
import { binaryHead, classesHead, numberHead } from "../heads/specs.ts";

/**
 * `perClass` images of every (domain, item), in `views` noisy views: two heads of
 * so many classes, or of these names.
 */
export function patternExamples(
  { inputs, domains, items }: {
    inputs: number;
    domains: number | readonly string[];
    items: number | readonly string[];
  },
  perClass: number,
  { views = 2, noise = 60, seed = 1 } = {},
): Examples {
  const heads = [classesHead("domain", domains), classesHead("item", items)];
  const [domainCount, itemCount] = heads.map(({ labels }) => labels.length) as [
    number,
    number,
  ];
  const random = Random.fromSeed(seed, "patterns");
  const pattern = () =>
    Uint8Array.from({ length: inputs }, () => random.below(200));
  const domainPatterns = Array.from({ length: domainCount }, pattern);
  const itemPatterns = Array.from({ length: itemCount }, pattern);
  const length = domainCount * itemCount * perClass;
  const labelOf = (row: number, head: number) =>
    head === 0 ? row % domainCount : Math.floor(row / domainCount) % itemCount;
  const descriptors = Array.from({ length: length * views }, (_, index) => {
    const row = Math.floor(index / views);
    const a = domainPatterns[labelOf(row, 0)]!;
    const b = itemPatterns[labelOf(row, 1)]!;
    return a.map((value, i) =>
      Math.min(255, (value + b[i]!) / 2 + random.below(noise))
    );
  });
  return {
    length,
    views,
    heads,
    inputs,
    preprocessing: PREPROCESSING,
    parts: [inputs],
    cells: [inputs >> 2, inputs >> 2],
    mirror: undefined,
    hash: "0".repeat(64),
    labelOf,
    read: (row, view, out) => out.set(descriptors[row * views + view]!),
  };
}

/** {@linkcode patternExamples} of two domains and four items. */
export function namedExamples(
  inputs: number,
  perClass: number,
  options: { noise: number },
): Examples {
  const domains = ["a", "b"];
  const items = ["w", "x", "y", "z"];
  return patternExamples({ inputs, domains, items }, perClass, options);
}

/**
 * The same images with heads of all three kinds: the two they have, whether the
 * item is one of the first half, and how bright the descriptor is on average.
 * Every seventh image lacks one label.
 */
export function fourHeadExamples(
  inputs: number,
  perClass: number,
  options: { noise: number },
): Examples {
  const plain = namedExamples(inputs, perClass, options);
  const descriptor = new Uint8Array(inputs);
  const brightness = allRows(plain.length);
  const values = Array.from(brightness, (row) => {
    plain.read(row, 0, descriptor);
    return descriptor.reduce((sum, value) => sum + value, 0) / inputs;
  });
  return {
    ...plain,
    heads: [...plain.heads, binaryHead("early"), numberHead("brightness")],
    labelOf: (row, head) => {
      if (row % 7 === 0 && head === Math.floor(row / 7) % 4) return UNKNOWN;
      if (head < 2) return plain.labelOf(row, head);
      return head === 2 ? Number(plain.labelOf(row, 1) < 2) : values[row]!;
    },
  };
}

/** 0, 1, … `length` − 1. */
export function allRows(length: number): Uint32Array {
  return Uint32Array.from({ length }, (_, row) => row);
}
