/** Counts over the answers of one head: confusions, recalls, reliability. @module */

import { isKnown } from "../heads/head.ts";

/** Answers by true class and predicted class. */
export interface Confusion {
  readonly classes: number;
  /** [classes, classes], row-major: images of class r that were called c. */
  readonly counts: Uint32Array;
  /** Images per true class. */
  readonly truths: Uint32Array;
  /** Images per predicted class. */
  readonly predictions: Uint32Array;
}

/** Counts the answers for images whose class is known. */
export function countConfusion(
  labels: Float64Array,
  predicted: Float64Array,
  classes: number,
): Confusion {
  const counts = new Uint32Array(classes * classes);
  const truths = new Uint32Array(classes);
  const predictions = new Uint32Array(classes);
  labels.forEach((label, n) => {
    if (!isKnown(label)) return;
    const prediction = predicted[n]!;
    counts[label * classes + prediction]!++;
    truths[label]!++;
    predictions[prediction]!++;
  });
  return { classes, counts, truths, predictions };
}

/** Images of `truth` that were called `prediction`. */
export function countOf(
  { classes, counts }: Confusion,
  truth: number,
  prediction: number,
): number {
  return counts[truth * classes + prediction]!;
}

/** Images of a class that were called something else. */
export function missesOf(confusion: Confusion, truth: number): number {
  return confusion.truths[truth]! - countOf(confusion, truth, truth);
}

/** A wrong answer and how often it was given. */
export interface ConfusedPair {
  readonly truth: number;
  readonly prediction: number;
  readonly count: number;
}

/** Every wrong answer that was given, the most frequent first. */
export function confusedPairs(confusion: Confusion): ConfusedPair[] {
  const { classes, counts } = confusion;
  return Array.from(counts, (count, index): ConfusedPair => ({
    truth: Math.floor(index / classes),
    prediction: index % classes,
    count,
  }))
    .filter(({ truth, prediction, count }) => truth !== prediction && count > 0)
    .sort((a, b) =>
      b.count - a.count || a.truth - b.truth || a.prediction - b.prediction
    );
}

/** A share of successes with the interval that holds the true one in 95 of 100 cases. */
export interface Proportion {
  readonly right: number;
  readonly of: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** The 0.975 quantile of the normal distribution. */
const Z = 1.959963984540054;

/**
 * A proportion with its score interval; without trials, 0 in [0, 1].
 *
 *   (p̂ + z²/2n ± z √(p̂ (1 − p̂)/n + z²/4n²)) / (1 + z²/n)
 *
 * Source: Wilson 1927 (doi:10.1080/01621459.1927.10502953).
 */
export function proportion(right: number, of: number): Proportion {
  if (of === 0) return { right, of, share: 0, low: 0, high: 1 };
  const share = right / of;
  const square = Z * Z / of;
  const middle = share + square / 2;
  const reach = Z * Math.sqrt(share * (1 - share) / of + square / (4 * of));
  return {
    right,
    of,
    share,
    low: Math.max(0, (middle - reach) / (1 + square)),
    high: Math.min(1, (middle + reach) / (1 + square)),
  };
}

/** Images whose confidence lies in one interval. */
export interface ReliabilityBin {
  readonly low: number;
  readonly high: number;
  readonly images: number;
  /** Share that was right. */
  readonly accuracy: number;
  /** Mean confidence. */
  readonly confidence: number;
}

/** Answers with a known class, sorted into `bins` equal intervals of confidence. */
export function reliabilityBins(
  labels: Float64Array,
  predicted: Float64Array,
  confidence: Float32Array,
  bins: number,
): ReliabilityBin[] {
  const images = new Uint32Array(bins);
  const right = new Uint32Array(bins);
  const sum = new Float64Array(bins);
  labels.forEach((label, n) => {
    if (!isKnown(label)) return;
    const bin = Math.min(bins - 1, Math.floor(confidence[n]! * bins));
    images[bin]!++;
    sum[bin]! += confidence[n]!;
    if (predicted[n] === label) right[bin]!++;
  });
  return Array.from(images, (count, bin) => ({
    low: bin / bins,
    high: (bin + 1) / bins,
    images: count,
    accuracy: count === 0 ? 0 : right[bin]! / count,
    confidence: count === 0 ? 0 : sum[bin]! / count,
  }));
}
