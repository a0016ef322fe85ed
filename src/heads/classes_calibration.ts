/** Calibration of heads that select a class. @module */

import type { Kernels } from "../kernels/mod.ts";
import { assess, SCALE_PRECISION } from "./classes_loss.ts";
import { type HeadOutputs, indexOfLargest, isKnown } from "./head.ts";

/** The calibration of logits z: their probabilities are softmax((z + offsets) / temperature). */
export interface ClassesCalibration {
  /** > 0. */
  readonly temperature: number;
  /** One for each class. */
  readonly offsets: readonly number[];
  /** The largest z + offset of held-out images, ascending; what heads/known.ts compares with. */
  readonly known?: readonly number[];
}

const LOWEST = 1 / 16;
const HIGHEST = 16;
const STEPS = 40;
const HALVINGS = 30;
const BISECTIONS = 50;
/** Newton's method ends with a step that lowers the loss by less than this share. */
const SMALLEST_GAIN = 1e-12;

/** The calibration that leaves logits as they are. */
export function neutralClasses(classes: number): ClassesCalibration {
  return { temperature: 1, offsets: Array(classes).fill(0) };
}

/** (z + offsets) / T: the logits that probabilities come from. */
export function calibratedLogits(
  outputs: HeadOutputs,
  { temperature, offsets }: ClassesCalibration,
): HeadOutputs {
  const { logits, width } = outputs;
  return {
    ...outputs,
    logits: logits.map((z, i) => (z + offsets[i % width]!) / temperature),
  };
}

/**
 * Fits the offsets o and the temperature T of a head to held-out logits; neutral if
 * none has a label.
 *
 * The offsets minimize, together with a temperature, the cross-entropy of
 * softmax((z + o) / T), with a prior at 0. They correct a head that predicts some
 * classes too rarely, as happens after training with mixup, label smoothing and rare
 * classes. Then the temperature is chosen again, so that the mean confidence equals the
 * accuracy. The temperature of the least cross-entropy would be higher: it is dominated
 * by a few confident mistakes.
 *
 * One more image is imagined, for which every class is equally likely: without it, a head
 * that makes no mistake on few images would become certain of everything.
 *
 * Source: Guo, Pleiss, Sun, Weinberger 2017, §4.2 (arXiv:1706.04599), for the
 * temperature; Alexandari, Kundaje, Shrikumar 2020, §3.1 (arXiv:1901.06852), for
 * the offsets beside it; Clarté, Loureiro, Krzakala, Zdeborová 2023
 * (arXiv:2303.02644) for expectation consistency, by which it is chosen; the
 * imagined image as in Platt 1999, §2.2.
 */
export function fitClasses(
  kernels: Kernels,
  outputs: HeadOutputs,
): ClassesCalibration {
  const { width, labels } = outputs;
  if (!labels.some(isKnown)) return neutralClasses(width);
  const likeliest = leastLoss(kernels, outputs);
  const { temperature, offsets } = likeliest;
  const factor = consistentTemperature(
    kernels,
    calibratedLogits(outputs, likeliest),
  );
  return { temperature: temperature * factor, offsets };
}

/** Newton's method on the scale a = 1/T and the offsets δ = o/T, in which the loss is convex. */
function leastLoss(kernels: Kernels, outputs: HeadOutputs): ClassesCalibration {
  let point = new Float64Array(1 + outputs.width);
  point[0] = 1;
  let here = assess(kernels, outputs, point);
  for (let step = 0; step < STEPS; step++) {
    const { loss } = here;
    const newton = here.newtonStep();
    for (let halving = 0; halving < HALVINGS && here.loss >= loss; halving++) {
      const next = point.map((value, i) => value - newton[i]! / 2 ** halving);
      if (next[0]! < point[0]! / 2) continue;
      const there = assess(kernels, outputs, next);
      if (there.loss < loss) [point, here] = [next, there];
    }
    if (!(loss - here.loss > SMALLEST_GAIN * loss)) break;
  }
  const temperature = Math.min(Math.max(1 / point[0]!, LOWEST), HIGHEST);
  return {
    temperature,
    offsets: Array.from(point.subarray(1), (offset) => offset * temperature),
  };
}

/**
 * The temperature T at which the mean of max_c softmax(z / T)_c, which falls as T
 * grows, is the share of right answers, by bisection of log T.
 */
function consistentTemperature(
  kernels: Kernels,
  { logits, width: classes, labels }: HeadOutputs,
): number {
  let right = 0;
  // Of every labelled image, how far each logit is below the largest.
  const differences: Float64Array[] = [];
  labels.forEach((label, n) => {
    if (!isKnown(label)) return;
    const z = logits.subarray(n * classes, (n + 1) * classes);
    const best = indexOfLargest(z);
    if (best === label) right++;
    differences.push(Float64Array.from(z, (value) => value - z[best]!));
  });
  const images = differences.length;
  const smoothing = 1 / (images + 1);
  const accuracy = smoothing / classes + (1 - smoothing) * right / images;
  let [low, high] = [LOWEST, HIGHEST];
  for (let halving = 0; halving < BISECTIONS; halving++) {
    const middle = Math.sqrt(low * high);
    let confidence = 0;
    for (const z of differences) {
      confidence += 1 /
        z.reduce((sum, value) => sum + kernels.exp(value / middle), 0) / images;
    }
    if (confidence > accuracy + SCALE_PRECISION * (middle - 1)) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}
