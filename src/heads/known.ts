/**
 * How familiar an image looks to a head of classes: the share of held-out images whose
 * largest logit is lower.
 *
 * Among largest logit, energy and distance to the nearest class mean, the largest logit
 * is best at detecting images of left-out classes, and cheapest (measured by
 * `deno task bench --only corrections`).
 *
 * Source: Hendrycks et al. 2022, §3 (arXiv:1911.11132).
 *
 * @module
 */

import { isFiniteNumber, type Logits, sevenDigits } from "./head.ts";

/** The fewest scores that tell a share: to 5 %. */
export const LEAST_KNOWN = 20;
/** The most scores of held-out images to keep: enough for a share exact to a hundredth. */
const MOST = 129;

/** The largest of z + offsets. */
export function largestLogit(
  logits: Logits,
  offsets: readonly number[],
): number {
  return offsets.reduce(
    (most, offset, c) => Math.max(most, logits[c]! + offset),
    -Infinity,
  );
}

/** The scores of held-out images to compare with: ascending, thinned out if there are many. */
export function fitKnown(scores: readonly number[]): number[] {
  const sorted = scores.map(sevenDigits).sort((a, b) => a - b);
  if (sorted.length <= MOST) return sorted;
  const step = (sorted.length - 1) / (MOST - 1);
  return Array.from({ length: MOST }, (_, i) => sorted[Math.round(i * step)]!);
}

/**
 * The share of held-out images with a lower score, in [0, 1]; those with the same score
 * count half. For images like them it is uniformly distributed; for one that is less
 * familiar than all of them it is 0.
 *
 * @param sorted Of {@linkcode fitKnown}, one score at least.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const heldOut = fitKnown([9, 4, 7, 8]);
 *
 * assertEquals(knownOf(heldOut, 3), 0);
 * assertEquals(knownOf(heldOut, 8), 0.625);
 * ```
 */
export function knownOf(sorted: readonly number[], score: number): number {
  const first = sorted.findIndex((value) => value >= score);
  const lower = first < 0 ? sorted.length : first;
  const upTo = sorted.findLastIndex((value) => value <= score) + 1;
  return (lower + upTo) / 2 / sorted.length;
}

/** Whether a value is a list of scores to compare with. */
export function isFittedKnown(scores: unknown): boolean {
  return Array.isArray(scores) && scores.length > 0 &&
    scores.every((score, i) =>
      isFiniteNumber(score) && (i === 0 || scores[i - 1] <= score)
    );
}
