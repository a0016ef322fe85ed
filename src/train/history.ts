/** The story of a run, epoch by epoch: plain data that a checkpoint carries on. @module */

import { type Labels, type Losses, MASKED } from "./loss.ts";
import type { Activations, Network } from "../model/network.ts";
import type { Figures } from "./figures.ts";

/** What was seen in one epoch. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Learning rate of its last step. */
  readonly learningRate: number;
  /** Mean training losses, regularization included. */
  readonly loss: {
    readonly total: number;
    readonly domain: number;
    readonly item: number;
  };
  /** Share of augmented training pictures that were right. */
  readonly accuracy: { readonly domain: number; readonly item: number };
  /** Figures on the validation pictures, where there are any. */
  readonly validation?: Figures;
}

/** Sums over the steps of an epoch that is under way. */
export interface EpochSums {
  images: number;
  domainLoss: number;
  itemLoss: number;
  domainRight: number;
  itemRight: number;
}

/** The sums before the first step of an epoch. */
export function emptySums(): EpochSums {
  return {
    images: 0,
    domainLoss: 0,
    itemLoss: 0,
    domainRight: 0,
    itemRight: 0,
  };
}

/** Adds a step, whose batch of `rows` is still in the workspace, to the sums. */
export function addStep(
  sums: EpochSums,
  { sizes }: Network,
  { activations, labels }: {
    readonly activations: Activations;
    readonly labels: Labels;
  },
  losses: Losses,
  rows: number,
): void {
  const { logits, logitStride, itemColumn } = activations;
  sums.images += rows;
  sums.domainLoss += losses.domain * rows;
  sums.itemLoss += losses.item * rows;
  for (let row = 0; row < rows; row++) {
    const start = row * logitStride;
    const { domain, item, share } = labels;
    const of = ({ label, other }: typeof domain) =>
      (share[row]! < 0.5 ? other : label)[row]!;
    if (isLargest(logits, start, sizes.domains, of(domain))) sums.domainRight++;
    if (isLargest(logits, start + itemColumn, sizes.items, of(item))) {
      sums.itemRight++;
    }
  }
}

/** The record of an epoch whose steps have been added up. */
export function recordOf(
  sums: EpochSums,
  epoch: number,
  learningRate: number,
  validation: Figures | undefined,
): EpochRecord {
  const mean = (total: number) => total / sums.images;
  return {
    epoch,
    learningRate,
    loss: {
      total: mean(sums.domainLoss + sums.itemLoss),
      domain: mean(sums.domainLoss),
      item: mean(sums.itemLoss),
    },
    accuracy: { domain: mean(sums.domainRight), item: mean(sums.itemRight) },
    ...(validation && { validation }),
  };
}

function isLargest(
  logits: Float32Array,
  start: number,
  classes: number,
  label: number,
): boolean {
  if (label === MASKED) return false;
  for (let c = 0; c < classes; c++) {
    if (logits[start + c]! > logits[start + label]!) return false;
  }
  return true;
}
