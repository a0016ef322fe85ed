/** Heads that select one of several classes: softmax and its cross-entropy. @module */

import type { MathKernels } from "../kernels/math.ts";
import type { Kernels } from "../kernels/mod.ts";
import {
  calibratedLogits,
  type ClassesCalibration,
  fitClasses,
  neutralClasses,
} from "./classes_calibration.ts";
import {
  type HeadKind,
  type HeadOutputs,
  type HeadScore,
  indexOfLargest,
  isFiniteNumber,
  isKnown,
  type Logits,
  type NamedHead,
  sevenDigits,
} from "./head.ts";
import {
  fitKnown,
  isFittedKnown,
  knownOf,
  largestLogit,
  LEAST_KNOWN,
} from "./known.ts";

/** A head that selects one of its labels. */
export interface ClassesHead extends NamedHead {
  readonly kind: "classes";
  /** Names of the classes, in the order of the logits. */
  readonly labels: readonly string[];
  /** Classes that are no longer answered, nor accepted as labels. */
  readonly retired?: readonly string[];
}

/** A class and its calibrated probability in [0, 1]. */
export interface Guess {
  readonly label: string;
  readonly probability: number;
}

/** The likeliest class, and the likeliest few. */
export interface ClassesAnswer extends Guess {
  readonly top: readonly Guess[];
}

/** Bins of confidence that the expected calibration error is taken over. */
const BINS = 15;

/** The kind of heads that select a class. */
export const classes: HeadKind<
  ClassesHead,
  ClassesCalibration,
  ClassesAnswer
> = {
  metrics: [
    { key: "accuracy", title: "accuracy", style: "percent" },
    { key: "loss", title: "loss", style: "decimal" },
    { key: "ece", title: "ECE", style: "percent" },
  ],

  width: ({ labels }) => labels.length,
  groups: ({ labels }) => labels,
  measured: (head) => head,
  target: (_, label) => label,

  loss(kernels, { labels }, batch) {
    return kernels.softmaxCrossEntropy(
      batch.logits,
      batch.stride,
      labels.length,
      batch.rows,
      batch.targets.label.byteOffset,
      batch.targets.other.byteOffset,
      batch.share.byteOffset,
      batch.smoothing,
      batch.gradient,
      batch.stride,
    );
  },

  rowScore: (logits, target) =>
    logits.every((z) => !(z > logits[target]!)) ? 1 : 0,

  neutral: ({ labels }) => neutralClasses(labels.length),
  fit: (kernels, _, outputs) =>
    withKnown(fitClasses(kernels, outputs), outputs),
  calibrated: calibratedLogits,
  score: (kernels, _, outputs) => scoreClasses(kernels, outputs),

  answer(kernels, head, { temperature, offsets }, logits, topK) {
    const { labels, retired = [] } = head;
    offsets.forEach((offset, c) => logits[c]! += offset);
    for (const label of retired) logits[labels.indexOf(label)] = -Infinity;
    kernels.softmax(
      logits.byteOffset,
      logits.length,
      logits.length,
      1,
      1 / temperature,
      logits.byteOffset,
      logits.length,
    );
    const order = labels.map((_, index) => index)
      .filter((index) => !retired.includes(labels[index]!))
      .sort((a, b) => logits[b]! - logits[a]! || a - b);
    const top = order.slice(0, topK).map((index): Guess => ({
      label: labels[index]!,
      probability: sevenDigits(logits[index]!),
    }));
    return { ...top[0]!, top };
  },

  known: ({ offsets, known = [] }, logits) =>
    known.length < LEAST_KNOWN
      ? undefined
      : knownOf(known, largestLogit(logits, offsets)),

  slope(kernels, logits, target, out) {
    const { exponentials, sum } = partition(kernels, logits);
    for (let c = 0; c < out.length; c++) {
      out[c] = exponentials[c]! / sum - (c === target ? 1 : 0);
    }
  },

  shortfall(_, { offsets }, logits, target, margin) {
    let rival = -1;
    let highest = -Infinity;
    for (let c = 0; c < offsets.length; c++) {
      if (c === target) continue;
      const score = logits[c]! + offsets[c]!;
      if (rival >= 0 && !(score > highest)) continue;
      rival = c;
      highest = score;
    }
    if (rival < 0) return undefined;
    const need = margin - (logits[target]! + offsets[target]! - highest);
    return need > 0 ? { need, up: target, down: rival } : undefined;
  },

  handicap(logits, target, by) {
    logits[target]! -= by;
  },

  standing(kernels, _, { temperature, offsets }, logits, target) {
    const z = new Float64Array(offsets.length);
    for (let c = 0; c < z.length; c++) {
      z[c] = (logits[c]! + offsets[c]!) / temperature;
    }
    const { best, largest, exponentials, sum } = partition(kernels, z);
    return {
      probability: exponentials[target]! / sum,
      rank: rankOf(z, target),
      most: 1 / sum,
      right: best === target,
      loss: kernels.log(sum) - (z[target]! - largest),
    };
  },

  parse({ labels, retired = [] }, value) {
    if (retired.includes(value as string)) return undefined;
    const index = labels.indexOf(value as string);
    return index < 0 ? undefined : index;
  },

  show: ({ labels }, label) => labels[label] ?? "unknown",
  expected: (head) => `one of ${activeLabels(head).join(", ")}`,

  fault({ labels, retired = [] }) {
    const fits = Array.isArray(labels) && labels.length >= 1 &&
      labels.every((label) => typeof label === "string") &&
      new Set(labels).size === labels.length;
    if (!fits) return "different labels";
    const known = Array.isArray(retired) &&
      retired.every((label) => labels.includes(label)) &&
      new Set(retired).size === retired.length &&
      retired.length < labels.length;
    return known ? undefined : "labels among which those are that are retired";
  },

  calibrationFault({ labels }, { temperature, offsets, known }) {
    if (!(isFiniteNumber(temperature) && temperature > 0)) {
      return "a positive temperature";
    }
    const fits = Array.isArray(offsets) && offsets.length === labels.length &&
      offsets.every(isFiniteNumber);
    if (!fits) return `${labels.length} offsets of its logits`;
    return known === undefined || isFittedKnown(known)
      ? undefined
      : "known scores in ascending order";
  },
};

/** The labels that are not retired. */
function activeLabels(
  { labels, retired = [] }: ClassesHead,
): readonly string[] {
  return labels.filter((label) => !retired.includes(label));
}

/** A calibration with the scores of the labelled ones of some outputs. */
export function withKnown(
  calibration: ClassesCalibration,
  { logits, width, labels }: HeadOutputs,
): ClassesCalibration {
  const { offsets } = calibration;
  const scores = Array.from(labels.keys())
    .filter((n) => isKnown(labels[n]!))
    .map((n) =>
      largestLogit(logits.subarray(n * width, (n + 1) * width), offsets)
    );
  return scores.length === 0
    ? calibration
    : { ...calibration, known: fitKnown(scores) };
}

/** 1 + the number of logits that are larger. */
function rankOf(z: Float64Array, target: number): number {
  const own = z[target]!;
  let rank = 1;
  for (const other of z) if (other > own) rank++;
  return rank;
}

/** The class of the largest logit, exp(z − largest) of every class, and their sum. */
function partition(kernels: MathKernels, z: Logits): {
  best: number;
  largest: number;
  exponentials: Float64Array;
  sum: number;
} {
  const best = indexOfLargest(z);
  const largest = z[best]!;
  const exponentials = new Float64Array(z.length);
  let sum = 0;
  for (let c = 0; c < z.length; c++) {
    exponentials[c] = kernels.exp(z[c]! - largest);
    sum += exponentials[c]!;
  }
  return { best, largest, exponentials, sum };
}

/**
 * Accuracy, mean cross-entropy, and the expected calibration error over 15 equal
 * bins of confidence.
 *
 * Source: Guo, Pleiss, Sun, Weinberger 2017, equation 3 (arXiv:1706.04599).
 */
export function scoreClasses(
  kernels: Kernels,
  { logits, width, labels }: HeadOutputs,
): HeadScore {
  const predicted = new Float64Array(labels.length);
  const confidence = new Float32Array(labels.length);
  const gaps = new Float64Array(BINS); // Σ (right − confidence) per bin
  let images = 0;
  let right = 0;
  let loss = 0;
  labels.forEach((label, n) => {
    const z = logits.subarray(n * width, (n + 1) * width);
    const { best, largest, sum } = partition(kernels, z);
    predicted[n] = best;
    confidence[n] = 1 / sum;
    if (!isKnown(label)) return;
    const hit = best === label ? 1 : 0;
    images++;
    right += hit;
    loss += kernels.log(sum) - (z[label]! - largest);
    gaps[Math.min(BINS - 1, Math.floor(BINS / sum))]! += hit - 1 / sum;
  });
  const gap = gaps.reduce((total, bin) => total + Math.abs(bin), 0);
  return {
    metrics: {
      images,
      accuracy: right / images,
      loss: loss / images,
      ece: gap / images,
    },
    predicted,
    confidence,
  };
}
