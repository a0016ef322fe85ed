/** How good a model is: accuracy, loss and calibration of each head. @module */

import type { Kernels } from "../kernels/mod.ts";
import { forward } from "../model/network.ts";
import { type Examples, fillBatch, mirrorBatch } from "./batch.ts";
import { MASKED } from "./loss.ts";
import type { Evaluator } from "./trainer.ts";

/** Logits of one head for a list of pictures, with their labels. */
export interface HeadLogits {
  /** [N, classes]. */
  readonly logits: Float32Array;
  readonly classes: number;
  /** [N], `MASKED` where not known. */
  readonly labels: Int32Array;
}

/** Logits of both heads. */
export interface CompositeLogits {
  readonly domain: HeadLogits;
  readonly item: HeadLogits;
}

/** What one head said of the labelled pictures. */
export interface HeadEvaluation {
  /** Labelled pictures. */
  readonly images: number;
  /** Share that was right, in [0, 1]. */
  readonly accuracy: number;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  /**
   * Expected calibration error over 15 equal bins of confidence, in [0, 1]
   * (Guo, Pleiss, Sun, Weinberger 2017, equation 3, arXiv:1706.04599).
   */
  readonly ece: number;
  /** [N], the class said of each picture. */
  readonly predicted: Int32Array;
  /** [N], its probability. */
  readonly confidence: Float32Array;
}

/** What both heads said. */
export interface Evaluation {
  readonly domain: HeadEvaluation;
  readonly item: HeadEvaluation;
}

const BINS = 15;

/** Runs the plain view of `rows`, and its mirror image where examples have one, through the network. */
export function computeLogits(
  evaluator: Evaluator,
  examples: Examples,
  rows: ArrayLike<number>,
): CompositeLogits {
  const { kernels, network, workspace } = evaluator;
  const { activations, capacity } = workspace;
  const { domains, items } = network.sizes;
  const domain = emptyLogits(rows.length, domains);
  const item = emptyLogits(rows.length, items);
  const plain = new Uint8Array(capacity);
  for (let start = 0; start < rows.length; start += capacity) {
    const count = Math.min(capacity, rows.length - start);
    const batch = Array.from({ length: count }, (_, b) => rows[start + b]!);
    fillBatch(evaluator, examples, batch, plain);
    mirrorBatch(workspace, examples, count);
    forward(kernels, network, activations, count);
    batch.forEach((row, b) => {
      const composite = activations.logits.subarray(
        b * activations.logitStride,
      );
      domain.logits.set(composite.subarray(0, domains), (start + b) * domains);
      const column = activations.itemColumn;
      item.logits.set(
        composite.subarray(column, column + items),
        (start + b) * items,
      );
      domain.labels[start + b] = examples.domainOf(row);
      item.labels[start + b] = examples.itemOf(row);
    });
  }
  return { domain, item };
}

function emptyLogits(rows: number, classes: number): HeadLogits {
  return {
    logits: new Float32Array(rows * classes),
    classes,
    labels: new Int32Array(rows),
  };
}

/** Scores both heads. */
export function scoreLogits(
  kernels: Kernels,
  { domain, item }: CompositeLogits,
): Evaluation {
  return {
    domain: scoreHead(kernels, domain),
    item: scoreHead(kernels, item),
  };
}

/** Scores one head. Figures of a head that has no labelled picture are 0. */
export function scoreHead(
  kernels: Kernels,
  { logits, classes, labels }: HeadLogits,
): HeadEvaluation {
  const predicted = new Int32Array(labels.length);
  const confidence = new Float32Array(labels.length);
  const gaps = new Float64Array(BINS); // Σ (right − confidence) per bin
  let images = 0;
  let right = 0;
  let loss = 0;
  labels.forEach((label, n) => {
    const z = logits.subarray(n * classes, (n + 1) * classes);
    const best = indexOfLargest(z);
    let sum = 0;
    for (const value of z) sum += kernels.exp(value - z[best]!);
    predicted[n] = best;
    confidence[n] = 1 / sum;
    if (label === MASKED) return;
    const hit = best === label ? 1 : 0;
    images++;
    right += hit;
    loss += kernels.log(sum) - (z[label]! - z[best]!);
    gaps[Math.min(BINS - 1, Math.floor(BINS / sum))]! += hit - 1 / sum;
  });
  const share = (total: number) => images === 0 ? 0 : total / images;
  const ece = share(gaps.reduce((total, gap) => total + Math.abs(gap), 0));
  return {
    images,
    accuracy: share(right),
    loss: share(loss),
    ece,
    predicted,
    confidence,
  };
}

/** The class with the largest value; the first of equals. */
export function indexOfLargest(values: Float32Array): number {
  let best = 0;
  for (let c = 1; c < values.length; c++) {
    if (values[c]! > values[best]!) best = c;
  }
  return best;
}
