/** Made-up images of a few classes in two domains, of which the second looks otherwise. @module */

import type { Examples } from "../../../src/model/examples.ts";
import { Random } from "../../../src/nn/prng.ts";
import { classesHead } from "../../heads/specs.ts";
import { allRows, patternExamples } from "../../train/examples.ts";

const INPUTS = 24;

/** Images of six classes: 12 of each in the domains "near" and "far", 3 in "rare". */
export function domainExamples(): Examples {
  const items = ["a", "b", "c", "d", "e", "f"];
  const plain = patternExamples({ inputs: INPUTS, domains: 1, items }, 27, {
    views: 1,
    noise: 80,
  });
  // Of the rows of a class, 12 are near, 12 far and 3 rare.
  const domainOf = (row: number) =>
    [0, 1, 2][Math.floor(Math.floor(row / items.length) / 12)]!;
  const tilt = Uint8Array.from(
    { length: INPUTS },
    ((random) => () => random.below(120))(Random.fromSeed(5, "tilt")),
  );
  return {
    ...plain,
    heads: [
      classesHead("place", ["near", "far", "rare"]),
      classesHead("item", items),
    ],
    labelOf: (row, head) => head === 0 ? domainOf(row) : plain.labelOf(row, 1),
    read(row, view, out) {
      plain.read(row, view, out);
      if (domainOf(row) === 0) return;
      tilt.forEach((by, i) => out[i] = Math.min(255, out[i]! + by));
    },
  };
}

/** All rows of a domain. */
export function rowsIn(examples: Examples, domain: number): Uint32Array {
  return allRows(examples.length)
    .filter((row) => examples.labelOf(row, 0) === domain);
}
