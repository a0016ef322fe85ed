/** Calibration of heads that select a class. @module */

import type { Kernels } from "../kernels/mod.ts";
import { solvePositive } from "../nn/solve.ts";
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

/** Prior standard deviation of the offsets, in nats: few images leave them near 0. */
const OFFSET_DEVIATION = 0.4;
/** The precision of the prior at scale 1, for logits that do not determine it. */
const SCALE_PRECISION = 1e-9;
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
    const { loss, gradient, hessian } = here;
    solvePositive(hessian, gradient); // the gradient becomes Newton's step
    for (let halving = 0; halving < HALVINGS && here.loss >= loss; halving++) {
      const next = point.map((value, i) => value - gradient[i]! / 2 ** halving);
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

/** The loss at a point (a, δ), and its derivatives; of the Hessian, the lower triangle. */
interface Assessment {
  readonly loss: number;
  readonly gradient: Float64Array;
  readonly hessian: readonly Float64Array[];
}

/**
 * The loss of leastLoss summed over labelled images,
 *
 *   Σ −Σ_c t_c log softmax(a z + δ)_c + |δ|² / 2σ² + ρ (a − 1)² / 2,
 *   t = (1 − ε) e_label + ε / classes
 */
function assess(
  kernels: Kernels,
  { logits, width: classes, labels }: HeadOutputs,
  point: Float64Array,
): Assessment {
  const precision = 1 / OFFSET_DEVIATION ** 2;
  const scale = point[0]!;
  const gradient = point.map((value) => precision * value);
  gradient[0] = SCALE_PRECISION * (scale - 1);
  const hessian = Array.from(point, (_, i) => {
    const row = new Float64Array(i + 1);
    row[i] = i === 0 ? SCALE_PRECISION : precision;
    return row;
  });
  let loss = SCALE_PRECISION * (scale - 1) ** 2 / 2;
  for (const offset of point.subarray(1)) loss += precision * offset ** 2 / 2;

  const images = labels.filter(isKnown).length;
  const smoothing = 1 / (images + 1);
  const p = new Float64Array(classes);
  labels.forEach((label, n) => {
    if (!isKnown(label)) return;
    const z = logits.subarray(n * classes, (n + 1) * classes);
    const logSum = softmax(kernels, z, point, p);
    const mean = p.reduce((sum, share, c) => sum + share * z[c]!, 0);
    for (let c = 0; c < classes; c++) {
      const target = smoothing / classes + (c === label ? 1 - smoothing : 0);
      const q = scale * z[c]! + point[c + 1]!;
      loss += target * (logSum - q);
      gradient[0]! += (p[c]! - target) * z[c]!;
      gradient[c + 1]! += p[c]! - target;
      hessian[0]![0]! += p[c]! * (z[c]! - mean) * z[c]!;
      const row = hessian[c + 1]!;
      row[0]! += p[c]! * (z[c]! - mean);
      for (let k = 0; k <= c; k++) row[k + 1]! -= p[c]! * p[k]!;
      row[c + 1]! += p[c]!;
    }
  });
  return { loss, gradient, hessian };
}

/** Writes softmax(a z + δ) to `out`; returns the logarithm of its denominator, log Σ exp(a z + δ). */
function softmax(
  kernels: Kernels,
  z: Float32Array,
  point: Float64Array,
  out: Float64Array,
): number {
  const scale = point[0]!;
  for (let c = 0; c < out.length; c++) out[c] = scale * z[c]! + point[c + 1]!;
  const largest = out.reduce((most, q) => Math.max(most, q), -Infinity);
  let sum = 0;
  for (let c = 0; c < out.length; c++) {
    out[c] = kernels.exp(out[c]! - largest);
    sum += out[c]!;
  }
  for (let c = 0; c < out.length; c++) out[c]! /= sum;
  return largest + kernels.log(sum);
}
