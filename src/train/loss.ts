/**
 * The composite loss of the two heads, L = L_domain + L_item.
 *
 * @module
 */

import type { Kernels } from "../kernels/mod.ts";
import type { Allocator } from "../kernels/arena.ts";
import type { Activations, Network } from "../model/network.ts";

/** A label that is not known: its head neither loses nor learns by that row. */
export const MASKED = -1;

/** The labels of up to `capacity` rows. Without mixup, `other` equals `label` or `share` is 1. */
export interface HeadLabels {
  /** Class per row, or {@linkcode MASKED}. */
  readonly label: Int32Array;
  /** The class mixed in. */
  readonly other: Int32Array;
}

/** Labels of a batch for both heads. */
export interface Labels {
  readonly domain: HeadLabels;
  readonly item: HeadLabels;
  /** λ per row: the share of `label`; 1 − λ is that of `other`. */
  readonly share: Float32Array;
}

/** Takes the blocks for the labels of up to `capacity` rows. */
export function allocateLabels(allocate: Allocator, capacity: number): Labels {
  const head = () => ({
    label: allocate.ints(capacity),
    other: allocate.ints(capacity),
  });
  return { domain: head(), item: head(), share: allocate.floats(capacity) };
}

/** Gives `row` a plain label for each head, {@linkcode MASKED} where one is not known. */
export function setLabels(
  labels: Labels,
  row: number,
  domain: number,
  item: number,
): void {
  labels.domain.label[row] = labels.domain.other[row] = domain;
  labels.item.label[row] = labels.item.other[row] = item;
  labels.share[row] = 1;
}

/** Mean losses over the rows that have a label; 0 where none has. */
export interface Losses {
  /** L_domain + L_item. */
  readonly total: number;
  readonly domain: number;
  readonly item: number;
  /** Rows with a domain label, rows with an item label. */
  readonly labelled: { readonly domain: number; readonly item: number };
}

/**
 * Softmax cross-entropy of both heads and its gradient with respect to the
 * composite logits.
 *
 *   L_head = mean over labelled rows of −Σ t log softmax(z),  t = (1 − ε)(λ e_label + (1 − λ) e_other) + ε / classes
 *   ∂L/∂z = (softmax(z) − t) / labelled rows
 *
 * `gradient` [rows, logitStride] is overwritten.
 *
 * Source: label smoothing, Szegedy et al. 2016, §7 (arXiv:1512.00567); mixup,
 * Zhang et al. 2018, equation 1 (arXiv:1710.09412).
 */
export function compositeLoss(
  kernels: Kernels,
  { sizes }: Network,
  activations: Activations,
  labels: Labels,
  rows: number,
  smoothing: number,
  gradient: Float32Array,
): Losses {
  const { logits, logitStride, itemColumn } = activations;
  const mean = (
    { label, other }: HeadLabels,
    classes: number,
    column: number,
  ) => {
    const labelled = countLabelled(label, rows);
    const sum = kernels.softmaxCrossEntropy(
      logits.byteOffset + 4 * column,
      logitStride,
      classes,
      rows,
      label.byteOffset,
      other.byteOffset,
      labels.share.byteOffset,
      smoothing,
      gradient.byteOffset + 4 * column,
      logitStride,
    );
    return { labelled, loss: labelled === 0 ? 0 : sum / labelled };
  };
  const domain = mean(labels.domain, sizes.domains, 0);
  const item = mean(labels.item, sizes.items, itemColumn);
  return {
    total: domain.loss + item.loss,
    domain: domain.loss,
    item: item.loss,
    labelled: { domain: domain.labelled, item: item.labelled },
  };
}

function countLabelled(label: Int32Array, rows: number): number {
  let count = 0;
  for (let row = 0; row < rows; row++) if (label[row] !== MASKED) count++;
  return count;
}
