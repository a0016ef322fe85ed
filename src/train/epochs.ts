/** The history of a run, epoch by epoch, and the choice of the epoch whose weights it keeps. @module */

import { isKnown, type Metrics } from "../heads/head.ts";
import { kindOf, widthOf } from "../heads/kinds.ts";
import type { Activations, Network } from "../model/network.ts";
import type { Snapshot } from "../model/state.ts";
import type { Labels, Losses } from "./loss.ts";

/** The record of one epoch: plain data that a checkpoint carries on. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Learning rate of its last step. */
  readonly learningRate: number;
  /** Mean training loss L, regularization included. */
  readonly loss: number;
  /** By the head's name. */
  readonly heads: Readonly<Record<string, HeadEpoch>>;
  /** Metrics on the validation images by the head's name, where there are any. */
  readonly validation?: Readonly<Record<string, Metrics>>;
}

/** The record of one head in an epoch. */
export interface HeadEpoch {
  /** Mean training loss. */
  readonly loss: number;
  /** Share of augmented training images that were right, or R². */
  readonly score: number;
}

/** Sums over the steps of the current epoch. */
export interface EpochSums {
  images: number;
  /** Σ L·rows. */
  loss: number;
  /** Σ Lₕ·rows, in the heads' order. */
  readonly losses: number[];
  /** Σ of row scores. */
  readonly scores: number[];
  /** Rows that have a label. */
  readonly labelled: number[];
}

/** The sums before the first step of an epoch. */
export function emptySums(heads: number): EpochSums {
  const zeros = () => Array<number>(heads).fill(0);
  return {
    images: 0,
    loss: 0,
    losses: zeros(),
    scores: zeros(),
    labelled: zeros(),
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
  const { logits, logitStride, columns } = activations;
  sums.images += rows;
  sums.loss += losses.total * rows;
  sizes.heads.forEach((head, h) => {
    const { label, other } = labels.heads[h]!;
    const kind = kindOf(head);
    const width = widthOf(head);
    sums.losses[h]! += losses.heads[h]! * rows;
    for (let row = 0; row < rows; row++) {
      const target = (labels.share[row]! < 0.5 ? other : label)[row]!;
      if (!isKnown(target)) continue;
      const first = row * logitStride + columns[h]!;
      sums.labelled[h]!++;
      sums.scores[h]! += kind.rowScore(
        logits.subarray(first, first + width),
        target,
      );
    }
  });
}

/** The mean score of a head over the labelled rows so far: its accuracy, or R². */
export function meanScore(sums: EpochSums, head: number): number {
  return sums.scores[head]! / sums.labelled[head]!;
}

/** The record of an epoch whose steps have been added up. */
export function recordOf(
  sums: EpochSums,
  { heads }: Network["sizes"],
  epoch: number,
  learningRate: number,
  validation: Readonly<Record<string, Metrics>> | undefined,
): EpochRecord {
  return {
    epoch,
    learningRate,
    loss: sums.loss / sums.images,
    heads: Object.fromEntries(heads.map(({ name }, h) => [name, {
      loss: sums.losses[h]! / sums.images,
      score: meanScore(sums, h),
    }])),
    ...(validation && { validation }),
  };
}

/** The values of {@linkcode Recipe.keep}. */
export const KEEP = ["last", "best"] as const;

/** The best epoch so far, by the loss of the validation images. */
export interface BestEpoch {
  readonly epoch: number;
  /** Σ Lₕ, not calibrated. */
  readonly loss: number;
}

/** The best epoch with its weights. */
export interface Best extends BestEpoch {
  readonly snapshot: Snapshot;
}

/** The validation loss of an epoch; Infinity where nothing was set aside to validate on. */
export function validationLoss(
  { validation }: Pick<EpochRecord, "validation">,
): number {
  if (validation === undefined) return Infinity;
  return Object.values(validation)
    .filter(({ images }) => images > 0)
    .reduce((sum, { loss }) => sum + loss, 0);
}

/**
 * Tells if a run has gone `patience` epochs without a better one; never with a
 * patience of 0.
 *
 * Source: Prechelt 1998, "Early stopping — but when?", §2.
 */
export function hasLostPatience(
  history: readonly EpochRecord[],
  best: BestEpoch | undefined,
  patience: number,
): boolean {
  return patience > 0 && best !== undefined &&
    history.length - best.epoch >= patience;
}
