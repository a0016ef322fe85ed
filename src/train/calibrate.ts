/** Calibration: probabilities that mean what they say. @module */

import type { Kernels } from "../kernels/mod.ts";
import type { Sizes } from "../model/sizes.ts";
import type { Calibration, HeadCalibration } from "../model/state.ts";
import { solvePositive } from "../nn/solve.ts";
import {
  type CompositeLogits,
  type HeadLogits,
  indexOfLargest,
} from "./evaluate.ts";
import { MASKED } from "./loss.ts";

/** Standard deviation that is expected of offsets, in nats: few pictures leave them near 0. */
const OFFSET_DEVIATION = 0.4;
/** How strongly scale and temperature are held at 1, for logits that say nothing of them. */
const SCALE_PRECISION = 1e-9;
const LOWEST = 1 / 16;
const HIGHEST = 16;
const STEPS = 40;
const HALVINGS = 30;
const BISECTIONS = 50;
/** A step that lowers the loss by less than this share of it is the last. */
const SMALLEST_GAIN = 1e-12;

/** The calibration that leaves all logits as they are. */
export function neutralCalibration({ domains, items }: Sizes): Calibration {
  return { domain: neutral(domains), item: neutral(items) };
}

function neutral(classes: number): HeadCalibration {
  return { temperature: 1, offsets: Array(classes).fill(0) };
}

/** (z + offsets) / T of both heads: the logits that probabilities come from. */
export function calibrated(
  { domain, item }: CompositeLogits,
  calibration: Calibration,
): CompositeLogits {
  return {
    domain: calibratedHead(domain, calibration.domain),
    item: calibratedHead(item, calibration.item),
  };
}

function calibratedHead(
  head: HeadLogits,
  { temperature, offsets }: HeadCalibration,
): HeadLogits {
  const { logits, classes } = head;
  return {
    ...head,
    logits: logits.map((z, i) => (z + offsets[i % classes]!) / temperature),
  };
}

/**
 * The offsets o and the temperature T of each head, fitted on held-out logits;
 * neutral for a head without labels.
 *
 * The offsets are those that minimize, with some temperature, the cross-entropy
 * of softmax((z + o) / T), while they are held near 0. They make good that a head
 * says some classes too seldom, as one does that was trained on labels that were
 * mixed and smoothed and of which some are rare. Then the temperature is chosen
 * anew, so that the head is as sure on average as it is right. That of the least
 * cross-entropy would be higher: a few mistakes made with confidence weigh so
 * much in it that it doubts all other answers.
 *
 * One more picture is imagined, of which every class is as likely: without it a
 * head that makes no mistake on few pictures would be called certain of all.
 *
 * Source: Guo, Pleiss, Sun, Weinberger 2017, §4.2 (arXiv:1706.04599), for the
 * temperature; Alexandari, Kundaje, Shrikumar 2020, §3.1 (arXiv:1901.06852), for
 * the offsets beside it; Clarté, Loureiro, Krzakala, Zdeborová 2023
 * (arXiv:2303.02644) for expectation consistency, by which it is chosen; the
 * imagined picture as in Platt 1999, §2.2.
 */
export function fitCalibration(
  kernels: Kernels,
  { domain, item }: CompositeLogits,
): Calibration {
  return { domain: fitHead(kernels, domain), item: fitHead(kernels, item) };
}

function fitHead(kernels: Kernels, head: HeadLogits): HeadCalibration {
  const { classes, labels } = head;
  if (labels.every((label) => label === MASKED)) return neutral(classes);
  const likeliest = leastLoss(kernels, head);
  const { temperature, offsets } = likeliest;
  const factor = consistentTemperature(
    kernels,
    calibratedHead(head, likeliest),
  );
  return { temperature: temperature * factor, offsets };
}

/** Newton's method on the scale a = 1/T and the offsets δ = o/T, in which the loss is convex. */
function leastLoss(kernels: Kernels, head: HeadLogits): HeadCalibration {
  let point = new Float64Array(1 + head.classes);
  point[0] = 1;
  let here = assess(kernels, head, point);
  for (let step = 0; step < STEPS; step++) {
    const { loss, gradient, hessian } = here;
    solvePositive(hessian, gradient); // the gradient becomes Newton's step
    for (let halving = 0; halving < HALVINGS && here.loss >= loss; halving++) {
      const next = point.map((value, i) => value - gradient[i]! / 2 ** halving);
      if (next[0]! < point[0]! / 2) continue;
      const there = assess(kernels, head, next);
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
  { logits, classes, labels }: HeadLogits,
): number {
  let right = 0;
  // Of every labelled picture, how far each logit is below the largest.
  const differences: Float64Array[] = [];
  labels.forEach((label, n) => {
    if (label === MASKED) return;
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
 * The loss of leastLoss summed over labelled pictures,
 *
 *   Σ −Σ_c t_c log softmax(a z + δ)_c + |δ|² / 2σ² + ρ (a − 1)² / 2,
 *   t = (1 − ε) e_label + ε / classes
 */
function assess(
  kernels: Kernels,
  { logits, classes, labels }: HeadLogits,
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

  const images = labels.filter((label) => label !== MASKED).length;
  const smoothing = 1 / (images + 1);
  const p = new Float64Array(classes);
  labels.forEach((label, n) => {
    if (label === MASKED) return;
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
