/** Corrections of a yes or no. @module */

import type { MathKernels } from "../../kernels/math.ts";
import type { BinaryHead } from "../heads.ts";
import type { Kind, Logits } from "./kind.ts";

/**
 * Sigmoid cross-entropy on one logit z; an answer is right by a margin if z,
 * calibrated, lies beyond it on the label's side of 0.
 */
export const binary: Kind<BinaryHead> = {
  unknown: -1,
  isLabelled: (label) => label >= 0,
  shortfall({ calibration: { offsets } }, logits, label, margin) {
    const lead = sign(label) * (logits[0]! + offsets[0]!);
    if (lead >= margin) return undefined;
    const need = margin - lead;
    return label === 1 ? { need, up: 0 } : { need, down: 0 };
  },
  gradient(kernels, logits, label, share, out) {
    out[0] = share * (logistic(kernels, logits[0]!) - label);
  },
  confidence(kernels, head, logits, label) {
    const z = calibrated(head, logits);
    return {
      logLabel: -logOnePlusExp(kernels, -sign(label) * z),
      most: logistic(kernels, Math.abs(z)),
    };
  },
  handicap(logits, label, by) {
    logits[0]! -= sign(label) * by;
  },
  answer(kernels, head, logits, label) {
    const z = sign(label) * calibrated(head, logits);
    return { probability: logistic(kernels, z), rank: z < 0 ? 2 : 1 };
  },
  judge(kernels, head, logits, label, least) {
    const z = sign(label) * calibrated(head, logits);
    const p = logistic(kernels, z);
    // Even odds are answered with yes.
    const right = z > 0 || (z === 0 && label === 1);
    return { right, loss: -kernels.log(Math.max(p, least)) };
  },
};

function sign(label: number): 1 | -1 {
  return label === 1 ? 1 : -1;
}

function calibrated(
  { calibration: { temperature, offsets } }: BinaryHead,
  logits: Logits,
): number {
  return (logits[0]! + offsets[0]!) / temperature;
}

/** 1 / (1 + e^−z). */
function logistic(kernels: MathKernels, z: number): number {
  const e = kernels.exp(-Math.abs(z));
  return z >= 0 ? 1 / (1 + e) : e / (1 + e);
}

/** log(1 + eˣ), without overflow. */
function logOnePlusExp(kernels: MathKernels, x: number): number {
  return Math.max(x, 0) + kernels.log(1 + kernels.exp(-Math.abs(x)));
}
