/** How good a model is: accuracy, loss and calibration of each head. @module */

import type { Kernels } from "../kernels/mod.ts";
import { forward, type Network } from "../model/network.ts";
import { type Examples, fillBatch, type Standardization } from "./batch.ts";
import { MASKED } from "./loss.ts";
import type { Workspace } from "./step.ts";

/** Temperature of each head's softmax; 1 leaves the logits alone. */
export interface Temperature {
  readonly domain: number;
  readonly item: number;
}

/** What one head said of the labelled pictures. */
export interface HeadEvaluation {
  /** Labelled pictures. */
  readonly images: number;
  /** Share that was right, in [0, 1]. */
  readonly accuracy: number;
  /** Mean cross-entropy in nats. */
  readonly loss: number;
  /** Expected calibration error over 15 equal bins of confidence, in [0, 1]. */
  readonly ece: number;
  /** Class said per picture, in order. */
  readonly predicted: Int32Array;
  /** Its probability. */
  readonly confidence: Float32Array;
}

/** What both heads said. */
export interface Evaluation {
  readonly domain: HeadEvaluation;
  readonly item: HeadEvaluation;
}

const BINS = 15;

/** Runs the plain view of `rows` through the network and scores both heads. */
export function evaluate(
  kernels: Kernels,
  network: Network,
  workspace: Workspace,
  examples: Examples,
  rows: ArrayLike<number>,
  standardization: Standardization,
  staging: Uint8Array,
  temperature: Temperature = { domain: 1, item: 1 },
): Evaluation {
  const { activations, capacity } = workspace;
  const domain = new HeadScore(rows.length);
  const item = new HeadScore(rows.length);
  const plain = new Uint8Array(capacity);
  for (let start = 0; start < rows.length; start += capacity) {
    const batch = Array.from(
      { length: Math.min(capacity, rows.length - start) },
      (_, b) => rows[start + b]!,
    );
    const views = plain.subarray(0, batch.length);
    fillBatch(
      kernels,
      workspace,
      examples,
      standardization,
      batch,
      views,
      staging,
    );
    forward(kernels, network, activations, batch.length);
    batch.forEach((row, b) => {
      const logits = activations.logits.subarray(b * activations.logitStride);
      const { domains, items } = network.sizes;
      domain.add(
        kernels,
        logits.subarray(0, domains),
        examples.domainOf(row),
        temperature.domain,
      );
      item.add(
        kernels,
        logits.subarray(activations.itemColumn, activations.itemColumn + items),
        examples.itemOf(row),
        temperature.item,
      );
    });
  }
  return { domain: domain.result(), item: item.result() };
}

/** Adds up one head's figures, picture by picture. */
class HeadScore {
  readonly #predicted: Int32Array;
  readonly #confidence: Float32Array;
  readonly #bins = Array.from(
    { length: BINS },
    () => ({ count: 0, right: 0, confidence: 0 }),
  );
  #seen = 0;
  #labelled = 0;
  #right = 0;
  #loss = 0;

  constructor(rows: number) {
    this.#predicted = new Int32Array(rows);
    this.#confidence = new Float32Array(rows);
  }

  add(
    kernels: Kernels,
    logits: Float32Array,
    label: number,
    temperature: number,
  ): void {
    let best = 0;
    for (let c = 1; c < logits.length; c++) {
      if (logits[c]! > logits[best]!) best = c;
    }
    let sum = 0;
    for (const logit of logits) {
      sum += kernels.exp((logit - logits[best]!) / temperature);
    }
    const confidence = 1 / sum;
    this.#predicted[this.#seen] = best;
    this.#confidence[this.#seen++] = confidence;
    if (label === MASKED) return;
    this.#labelled++;
    this.#loss += kernels.log(sum) -
      (logits[label]! - logits[best]!) / temperature;
    const bin = this.#bins[Math.min(BINS - 1, Math.floor(confidence * BINS))]!;
    bin.count++;
    bin.confidence += confidence;
    if (best === label) {
      bin.right++;
      this.#right++;
    }
  }

  result(): HeadEvaluation {
    const images = this.#labelled;
    const gap = this.#bins.reduce(
      (sum, bin) => sum + Math.abs(bin.right - bin.confidence),
      0,
    );
    return {
      images,
      accuracy: images === 0 ? 0 : this.#right / images,
      loss: images === 0 ? 0 : this.#loss / images,
      ece: images === 0 ? 0 : gap / images,
      predicted: this.#predicted,
      confidence: this.#confidence,
    };
  }
}
