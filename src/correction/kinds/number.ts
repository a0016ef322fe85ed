/** Corrections of a number. @module */

import type { NumberHead } from "../heads.ts";
import type { Kind } from "./kind.ts";

/**
 * Squared error on the standardized target; an answer is right if it lies within
 * the head's tolerance of the target. Margins are of probabilities and do not
 * matter here.
 *
 * Source: the ε-insensitive update of Crammer et al. 2006, section 5.
 */
export const number: Kind<NumberHead> = {
  unknown: NaN,
  isLabelled: (label) => !Number.isNaN(label),
  shortfall({ tolerance }, logits, label) {
    const residual = label - logits[0]!;
    const need = Math.abs(residual) - tolerance;
    if (need <= 0) return undefined;
    return residual > 0 ? { need, up: 0 } : { need, down: 0 };
  },
  gradient(_kernels, logits, label, share, out) {
    out[0] = share * (logits[0]! - label);
  },
  confidence: () => undefined,
  handicap() {},
  answer(kernels, _head, logits, label) {
    const residual = logits[0]! - label;
    return { probability: kernels.exp(-residual * residual / 2), rank: 1 };
  },
  judge(_kernels, { tolerance }, logits, label) {
    const residual = logits[0]! - label;
    return {
      right: Math.abs(residual) <= tolerance,
      loss: residual * residual / 2,
    };
  },
};
