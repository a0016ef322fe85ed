/**
 * The distance of a new class from the others: how easy it is to tell apart.
 *
 * Every example is scored by the row that all others of them make, and its lead over
 * the strongest other class compared with that of the guard's images:
 *
 *   d = (mean ℓ of the guard − ℓ of the example) / deviation of ℓ of the guard
 *
 * @module
 */

import { largestLogit } from "../heads/known.ts";
import { logitsOf, momentsOf, type Others } from "./class_bias.ts";
import type { ClassesHead, Examples } from "./heads.ts";
import type { Metric } from "./metric.ts";
import { rowAt, type Scorer } from "./scorer.ts";

/** The prior of d, and the number of examples that it counts as: few examples say little. */
const USUAL = 2;
const USUAL_WEIGHT = 3;

/**
 * The mean of d over the examples of a class that a head has not got yet, and of
 * three that would be as far out as is usual.
 *
 * @param within The metric that the new row is made by.
 * @param rise By how much that row rises from the mean of all features to that of the
 * examples.
 * @param others At least one.
 */
export function distanceOf(
  scorer: Scorer,
  within: Metric,
  head: ClassesHead,
  examples: Examples,
  others: Others,
  rise: number,
): number {
  const largest = (z: Float32Array) =>
    largestLogit(z, head.calibration.offsets);
  const own = scorer.logits(head, examples.features);
  const theirs = logitsOf(scorer, head, others).map(largest);
  const left = leftOut(scorer, within, examples, others.examples, rise);
  const distances = left.map(({ own: z, others }, i) => {
    const leads = theirs.map((most, k) => most - others[k]!);
    const { mean, deviation } = momentsOf(leads);
    return (mean - (largest(rowAt(own, i, head)) - z)) / deviation;
  }).filter(Number.isFinite);
  return distances.reduce((sum, d) => sum + d, USUAL * USUAL_WEIGHT) /
    (distances.length + USUAL_WEIGHT);
}

/** The logits of the new row that all examples but one make, but for its bias. */
interface LeftOut {
  /** Of the example that was left out. */
  readonly own: number;
  /** Of each of the others. */
  readonly others: readonly number[];
}

/**
 * Leaves out every example in turn. As M⁻¹(x − μ) is linear in x, the products of all
 * examples' directions are enough.
 */
function leftOut(
  scorer: Scorer,
  within: Metric,
  { count, features }: Examples,
  others: Examples,
  rise: number,
): LeftOut[] {
  const directions = within.directions(features);
  // Sums over examples k of (x − μ)·M⁻¹(xₖ − μ), and that of example i itself, for each x.
  const products = (rows: Float32Array) =>
    rowsOf(scorer.products(directions, rows), count)
      .map((row) => row.map((product) => product - 1));
  const [mine, theirs] = [products(features), products(others.features)];
  const sums = mine.map(sumOf);
  const sumsOfOthers = theirs.map(sumOf);
  const total = sumOf(sums);
  return mine.map((row, i) => {
    const rest = total - 2 * sums[i]! + row[i]!;
    const scale = rise * (count - 1) / rest;
    return {
      own: scale * (sums[i]! - row[i]!),
      others: theirs.map((row, k) => scale * (sumsOfOthers[k]! - row[i]!)),
    };
  });
}

function rowsOf(values: Float32Array, width: number): number[][] {
  return Array.from(
    { length: values.length / width },
    (_, row) => Array.from(values.subarray(row * width, (row + 1) * width)),
  );
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
