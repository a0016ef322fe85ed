/**
 * Batches: which rows a step sees, in which view, and how two of them are mixed.
 *
 * Every draw comes from a generator of its own, named by epoch or step, so the
 * random state of a run is its seed and its step number: a resumed run needs
 * nothing else to go on as if it had never stopped.
 *
 * @module
 */

import { mirrorInto } from "../image/mirror.ts";
import type { Kernels } from "../kernels/mod.ts";
import { type Examples, rowsPerExample } from "../model/examples.ts";
import { Random } from "../nn/prng.ts";
import type { Targets } from "../heads/head.ts";
import { setLabels } from "./loss.ts";
import type { Workspace } from "./workspace.ts";
import type { Evaluator } from "./trainer.ts";

/** The rows of one epoch in the order they are visited. */
export function epochOrder(
  length: number,
  seed: number,
  epoch: number,
): Uint32Array {
  const order = Uint32Array.from({ length }, (_, row) => row);
  Random.fromSeed(seed, `order ${epoch}`).shuffle(order);
  return order;
}

/** The generator of one step's draws. */
export function stepRandom(seed: number, step: number): Random {
  return Random.fromSeed(seed, `step ${step}`);
}

/**
 * Writes examples and their labels into rows 0, 1, … of a workspace; `views[b]` is
 * the view of `rows[b]`.
 */
export type FillBatch = typeof fillBatch;

/** Writes standardized descriptors as a {@linkcode FillBatch}. */
export function fillBatch(
  { kernels, network, workspace, standardization, staging }: Evaluator,
  examples: Examples,
  rows: ArrayLike<number>,
  views: ArrayLike<number>,
): void {
  const { activations, labels } = workspace;
  const { mean, inverseDeviation } = standardization;
  for (let b = 0; b < rows.length; b++) {
    const row = rows[b]!;
    examples.read(row, views[b]!, staging);
    kernels.standardizeBytes(
      staging.byteOffset,
      mean.byteOffset,
      inverseDeviation.byteOffset,
      activations.inputs.byteOffset + 4 * b * activations.inputStride,
      mean.length,
    );
    setLabels(
      network.sizes.heads,
      labels,
      b,
      (head) => examples.labelOf(row, head),
    );
  }
}

/**
 * Mixes every row of a filled batch with the next one (the last with the first).
 *
 *   x̃ = λ x + (1 − λ) x′,  λ ~ Beta(α, α), one λ per row
 *
 * Rows are in random order already, so that the next one is a random partner.
 * Uses the workspace's inputs up to row `rows`, one more than the batch.
 *
 * Source: Zhang, Cisse, Dauphin, Lopez-Paz 2018, equation 1 (arXiv:1710.09412).
 */
export function mixBatch(
  kernels: Kernels,
  { activations, labels }: Workspace,
  rows: number,
  alpha: number,
  random: Random,
): void {
  const { inputs, inputStride } = activations;
  inputs.copyWithin(rows * inputStride, 0, inputStride);
  for (let b = 0; b < rows; b++) {
    const share = Math.fround(symmetricBeta(kernels, alpha, random));
    labels.share[b] = share;
    kernels.interpolate(
      inputs.byteOffset + 4 * b * inputStride,
      inputs.byteOffset + 4 * (b + 1) * inputStride,
      inputStride,
      share,
    );
  }
  for (const head of labels.heads) mixLabels(head, rows);
}

/**
 * Writes the mirror images of rows 0 … `rows` − 1 into the rows behind them, where
 * the network is to see them. A value must be standardized as the one it goes to.
 *
 * @throws {TypeError} If the workspace was made for examples of another kind.
 */
export function mirrorBatch(
  { activations }: Pick<Workspace, "activations">,
  examples: Examples,
  rows: number,
): void {
  const { inputs, inputStride } = activations;
  const needed = rowsPerExample(examples);
  if (activations.rowsPerExample !== needed) {
    throw new TypeError(
      `Cannot fill a batch: expected room for ${needed} rows per example, got ${activations.rowsPerExample}`,
    );
  }
  const { mirror } = examples;
  if (mirror === undefined) return;
  for (let b = 0; b < rows; b++) {
    const from = inputs.subarray(b * inputStride, (b + 1) * inputStride);
    const start = (rows + b) * inputStride;
    const to = inputs.subarray(start, start + inputStride);
    mirrorInto(to, from, mirror);
  }
}

/**
 * Drops what a descriptor tells of some places, each with the given probability,
 * as if something stood in front of them: standardized inputs become 0, that is
 * average.
 *
 * Source: DeVries, Taylor 2017 (arXiv:1708.04552), who cut squares out of
 * images.
 */
export function dropCells(
  { activations: { inputs, inputStride } }: Workspace,
  cells: readonly number[],
  rows: number,
  probability: number,
  random: Random,
): void {
  for (let b = 0; b < rows; b++) {
    let start = b * inputStride;
    for (const length of cells) {
      if (random.uniform() < probability) {
        inputs.fill(0, start, start + length);
      }
      start += length;
    }
  }
}

function mixLabels({ label, other }: Targets, rows: number): void {
  for (let b = 0; b < rows; b++) other[b] = label[(b + 1) % rows]!;
}

/**
 * A draw from Beta(α, α) for 0 < α ≤ 1, by Jöhnk's rejection method.
 *
 * Source: Devroye 1986, "Non-Uniform Random Variate Generation", IX.3.5.
 */
export function symmetricBeta(
  kernels: Kernels,
  alpha: number,
  random: Random,
): number {
  for (;;) {
    const x = kernels.pow(random.uniform(), 1 / alpha);
    const y = kernels.pow(random.uniform(), 1 / alpha);
    if (x + y > 0 && x + y <= 1) return x / (x + y);
  }
}
