/** The composite loss of all heads, L = Σ wₕ·Lₕ. @module */

import { isKnown, type Targets } from "../heads/head.ts";
import { type HeadSpec, kindOf, widthOf } from "../heads/kinds.ts";
import type { Kernels } from "../kernels/mod.ts";
import type { Allocator } from "../kernels/arena.ts";
import { PANEL, panelCount } from "../kernels/panels.ts";
import type { Activations, Network } from "../model/network.ts";

/** The labels of a batch of up to `capacity` rows. */
export interface Labels {
  /** In the order of the heads. Without mixup, `other` equals `label` or `share` is 1. */
  readonly heads: readonly Targets[];
  /** λ per row: the share of `label`; 1 − λ is that of `other`. */
  readonly share: Float32Array;
}

/** Takes the blocks for the labels of up to `capacity` rows. */
export function allocateLabels(
  allocate: Allocator,
  heads: readonly HeadSpec[],
  capacity: number,
): Labels {
  return {
    heads: heads.map(() => ({
      label: allocate.floats(capacity),
      other: allocate.floats(capacity),
    })),
    share: allocate.floats(capacity),
  };
}

/** Gives `row` a plain label for each head; `labelOf` says it by the head's position. */
export function setLabels(
  heads: readonly HeadSpec[],
  labels: Labels,
  row: number,
  labelOf: (head: number) => number,
): void {
  labels.heads.forEach(({ label, other }, h) => {
    const head = heads[h]!;
    label[row] = other[row] = kindOf(head).target(head, labelOf(h));
  });
  labels.share[row] = 1;
}

/** Losses of a batch. */
export interface Losses {
  /** L = Σ wₕ·Lₕ. */
  readonly total: number;
  /** Lₕ: the mean over the rows that have a label of head h; 0 where none has. */
  readonly heads: readonly number[];
  /** Rows that have a label, for each head. */
  readonly labelled: readonly number[];
}

/** The options of a composite loss. */
export interface LossOptions {
  /** ε of label smoothing, in [0, 1). */
  readonly smoothing?: number | undefined;
  /** wₕ > 0, in the order of the heads; 1 where there are none. */
  readonly weights?: readonly number[] | undefined;
}

/**
 * Computes every head's loss and ∂L/∂logits of the composite output.
 *
 * `gradient` [rows, logitStride] is overwritten.
 *
 * Source: label smoothing, Szegedy et al. 2016, §7 (arXiv:1512.00567); mixup,
 * Zhang et al. 2018, equation 1 (arXiv:1710.09412).
 */
export function compositeLoss(
  kernels: Kernels,
  { sizes }: Network,
  { logits, logitStride, columns }: Activations,
  labels: Labels,
  rows: number,
  gradient: Float32Array,
  { smoothing = 0, weights }: LossOptions = {},
): Losses {
  const labelled = labels.heads.map(({ label }) => countKnown(label, rows));
  const heads = sizes.heads.map((head, h) => {
    const sum = kindOf(head).loss(kernels, head, {
      rows,
      logits: logits.byteOffset + 4 * columns[h]!,
      gradient: gradient.byteOffset + 4 * columns[h]!,
      stride: logitStride,
      targets: labels.heads[h]!,
      share: labels.share,
      smoothing,
    });
    return labelled[h] === 0 ? 0 : sum / labelled[h]!;
  });
  const weightOf = (head: number) => weights?.[head] ?? 1;
  sizes.heads.forEach((head, h) => {
    if (weightOf(h) === 1) return;
    const width = panelCount(widthOf(head)) * PANEL;
    for (let row = 0; row < rows; row++) {
      const start = gradient.byteOffset + 4 * (row * logitStride + columns[h]!);
      kernels.scale(start, width, weightOf(h));
    }
  });
  return {
    total: heads.reduce((sum, loss, h) => sum + weightOf(h) * loss, 0),
    heads,
    labelled,
  };
}

function countKnown(targets: Float32Array, rows: number): number {
  let count = 0;
  for (let row = 0; row < rows; row++) if (isKnown(targets[row]!)) count++;
  return count;
}
