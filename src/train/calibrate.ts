/** Temperature scaling: probabilities that mean what they say. @module */

import type { Kernels } from "../kernels/mod.ts";
import {
  type CompositeLogits,
  type HeadLogits,
  scoreHead,
  type Temperature,
} from "./evaluate.ts";

const LOWEST = 1 / 16;
const HIGHEST = 16;
const STEPS = 40;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * The temperature T per head that minimizes the cross-entropy of softmax(z / T)
 * on held-out logits; 1 for a head without labels. Dividing all logits by one
 * number changes no decision.
 *
 * Source: Guo, Pleiss, Sun, Weinberger 2017, §4.2 (arXiv:1706.04599).
 */
export function fitTemperature(
  kernels: Kernels,
  logits: CompositeLogits,
): Temperature {
  return {
    domain: fitHead(kernels, logits.domain),
    item: fitHead(kernels, logits.item),
  };
}

/** Golden-section search over log T: the loss is convex in 1 / T, so it has one valley. */
function fitHead(kernels: Kernels, logits: HeadLogits): number {
  if (logits.labels.every((label) => label < 0)) return 1;
  const loss = (position: number) =>
    scoreHead(kernels, logits, kernels.exp(position)).loss;
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
