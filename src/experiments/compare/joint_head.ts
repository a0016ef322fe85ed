/** One head in the place of several: its classes are all combinations of theirs. @module */

import { type HeadOutputs, isKnown, UNKNOWN } from "../../heads/head.ts";
import { type HeadSpec, widthOf } from "../../heads/kinds.ts";
import type { Kernels } from "../../kernels/mod.ts";
import type { Examples } from "../../model/examples.ts";

/** A softmax over more classes than this tells nothing about softmaxes any more. */
const MOST_CLASSES = 1000;
/** The weight of a class whose probability is below all numbers. */
const LEAST = Number.MIN_VALUE;

/** The heads that are joined, and the rest. */
export interface Joining {
  /** Positions of the heads that select a class. */
  readonly joined: readonly number[];
  readonly others: readonly number[];
  /** Combinations of the classes. */
  readonly classes: number;
}

/** The joining of all heads that select a class; undefined for fewer than two, or too many combinations. */
export function joiningOf(heads: readonly HeadSpec[]): Joining | undefined {
  const selects = (h: number) => heads[h]!.kind === "classes";
  const joined = [...heads.keys()].filter(selects);
  const others = [...heads.keys()].filter((h) => !selects(h));
  const classes = joined.reduce(
    (product, h) => product * widthOf(heads[h]!),
    1,
  );
  return joined.length < 2 || classes > MOST_CLASSES
    ? undefined
    : { joined, others, classes };
}

/** The same examples with the joint head first, then those that were not joined. */
export function joinHeads(
  examples: Examples,
  { joined, others, classes }: Joining,
): Examples {
  const { heads, labelOf } = examples;
  const labels = Array.from({ length: classes }, (_, index) => String(index));
  const jointLabel = (row: number) =>
    joined.reduce((index, h) => {
      const label = labelOf(row, h);
      return isKnown(label) ? index * widthOf(heads[h]!) + label : UNKNOWN;
    }, 0);
  return {
    ...examples,
    heads: [
      { name: "joint", kind: "classes", labels },
      ...others.map((h) => heads[h]!),
    ],
    labelOf: (row, head) =>
      head === 0 ? jointLabel(row) : labelOf(row, others[head - 1]!),
  };
}

/**
 * The answers of a network with a joint head for every original head, in their order:
 * the probability of a class is the sum over the combinations it is part of.
 *
 * @param labels True labels [N] of the original heads.
 */
export function separateOutputs(
  kernels: Kernels,
  heads: readonly HeadSpec[],
  { joined, others, classes }: Joining,
  outputs: readonly HeadOutputs[],
  labels: readonly Float64Array[],
): HeadOutputs[] {
  const { logits: joint } = outputs[0]!;
  const separated = heads.map((_, h) => outputs[1 + others.indexOf(h)]!);
  let inner = classes; // combinations of the classes of the heads that follow
  for (const h of joined) {
    const width = widthOf(heads[h]!);
    inner /= width;
    const logits = new Float32Array(labels[h]!.length * width);
    for (let n = 0; n < labels[h]!.length; n++) {
      const row = joint.subarray(n * classes, (n + 1) * classes);
      const largest = row.reduce((most, z) => Math.max(most, z), -Infinity);
      const sums = new Float64Array(width);
      row.forEach((z, index) =>
        sums[Math.floor(index / inner) % width]! += kernels.exp(z - largest)
      );
      sums.forEach((sum, c) =>
        logits[n * width + c] = kernels.log(Math.max(LEAST, sum))
      );
    }
    separated[h] = { logits, width, labels: labels[h]! };
  }
  return separated;
}
