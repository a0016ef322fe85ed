/** Temperature scaling: probabilities that mean what they say. @module */

import type { Kernels } from "../kernels/mod.ts";
import type { CompositeLogits, HeadLogits, Temperature } from "./evaluate.ts";
import { MASKED } from "./loss.ts";

const LOWEST = 1 / 16;
const HIGHEST = 16;
const STEPS = 40;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The temperature T per head that minimizes the cross-entropy of softmax(z / T)
 * on held-out logits; 1 for a head without labels. Dividing all logits by one
 * number changes no decision.
 *
 * One more picture is imagined, of which every class is as likely: without it a
 * head that makes no mistake on few pictures would be called certain of all.
 *
 * Source: Guo, Pleiss, Sun, Weinberger 2017, §4.2 (arXiv:1706.04599); the prior
 * as in Platt 1999, §2.2.
 */
export function fitTemperature(
  kernels: Kernels,
  { domain, item }: CompositeLogits,
): Temperature {
  return { domain: fitHead(kernels, domain), item: fitHead(kernels, item) };
}

/** Golden-section search over log T: the loss is convex in 1 / T, so it has one valley. */
function fitHead(kernels: Kernels, logits: HeadLogits): number {
  const images = logits.labels.filter((label) => label !== MASKED).length;
  if (images === 0) return 1;
  const loss = (position: number) =>
    smoothedLoss(kernels, logits, kernels.exp(position), 1 / (images + 1));
  let low = kernels.log(LOWEST);
  let high = kernels.log(HIGHEST);
  let left = high - GOLDEN * (high - low);
  let right = low + GOLDEN * (high - low);
  let lossLeft = loss(left);
  let lossRight = loss(right);
  for (let i = 0; i < STEPS; i++) {
    if (lossLeft <= lossRight) {
      [high, right, lossRight] = [right, left, lossLeft];
      left = high - GOLDEN * (high - low);
      lossLeft = loss(left);
    } else {
      [low, left, lossLeft] = [left, right, lossRight];
      right = low + GOLDEN * (high - low);
      lossRight = loss(right);
    }
  }
  return kernels.exp((low + high) / 2);
}

/** Σ over labelled pictures of −Σ t log softmax(z / T), t = (1 − ε) e_label + ε / classes. */
function smoothedLoss(
  kernels: Kernels,
  { logits, classes, labels }: HeadLogits,
  temperature: number,
  smoothing: number,
): number {
  let loss = 0;
  labels.forEach((label, n) => {
    if (label === MASKED) return;
    const z = logits.subarray(n * classes, (n + 1) * classes);
    const largest = z.reduce((most, value) => Math.max(most, value), -Infinity);
    let exponentials = 0;
    let sum = 0;
    for (const value of z) {
      exponentials += kernels.exp((value - largest) / temperature);
      sum += (value - largest) / temperature;
    }
    const hit = (z[label]! - largest) / temperature;
    loss += kernels.log(exponentials) - (1 - smoothing) * hit -
      smoothing * sum / classes;
  });
  return loss;
}
