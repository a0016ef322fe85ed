/** Which epoch's weights a run keeps, and when it gives up waiting for better ones. @module */

import type { Snapshot } from "../model/state.ts";
import type { EpochRecord } from "./history.ts";

/** What {@linkcode Recipe.keep} may be. */
export const KEEP = ["last", "best"] as const;

/** The best epoch so far, by the loss of the validation pictures. */
export interface BestEpoch {
  readonly epoch: number;
  /** L_domain + L_item at temperature 1. */
  readonly loss: number;
}

/** The best epoch with its weights. */
export interface Best extends BestEpoch {
  readonly snapshot: Snapshot;
}

/** The validation loss of an epoch; Infinity where nothing was set aside to validate on. */
export function validationLoss({ validation }: EpochRecord): number {
  return validation === undefined
    ? Infinity
    : validation.domain.loss + validation.item.loss;
}

/**
 * Whether a run has gone `patience` epochs without a better one; never with a
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
