/** A trunk's outputs for labelled images: what its heads see. @module */

import type { Examples } from "../model/examples.ts";
import {
  averageExamples,
  featuresOf,
  featureStride,
  forwardTrunk,
} from "../model/network.ts";
import { fillBatch, mirrorBatch } from "./batch.ts";
import type { Evaluator } from "./trainer.ts";

/**
 * Computes the trunk's outputs for one view of each row, the mean of both where an
 * image has a mirror image.
 *
 * @param views The view of each row; the plain one where there are none.
 * @returns [rows, stride]: H features and zeros up to a multiple of 8.
 */
export function computeFeatures(
  evaluator: Evaluator,
  examples: Examples,
  rows: ArrayLike<number>,
  views: ArrayLike<number> = new Uint8Array(rows.length),
): Float32Array {
  const { kernels, network, workspace } = evaluator;
  const { activations, capacity } = workspace;
  const stride = featureStride(network.sizes);
  const features = featuresOf(activations);
  const out = new Float32Array(rows.length * stride);
  const part = (of: ArrayLike<number>, start: number) =>
    Array.from(
      { length: Math.min(capacity, of.length - start) },
      (_, b) => of[start + b]!,
    );
  for (let start = 0; start < rows.length; start += capacity) {
    const batch = part(rows, start);
    const count = batch.length;
    fillBatch(evaluator, examples, batch, part(views, start));
    mirrorBatch(workspace, examples, count);
    forwardTrunk(
      kernels,
      network,
      activations,
      count * activations.rowsPerExample,
    );
    averageExamples(kernels, activations, features, stride, count);
    out.set(features.subarray(0, count * stride), start * stride);
  }
  return out;
}
