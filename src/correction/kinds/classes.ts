/** Corrections of a choice among classes. @module */

import type { MathKernels } from "../../kernels/math.ts";
import type { ClassesHead } from "../heads.ts";
import type { Kind, Logits } from "./kind.ts";

/**
 * Softmax cross-entropy; an answer is right by a margin if the label's calibrated
 * logit leads that of every other class by it.
 */
export const classes: Kind<ClassesHead> = {
  unknown: -1,
  isLabelled: (label) => label >= 0,
  shortfall({ calibration: { offsets } }, logits, label, margin) {
    const rival = strongestOther(logits, offsets, label);
    if (rival < 0) return undefined;
    const lead = logits[label]! + offsets[label]! -
      (logits[rival]! + offsets[rival]!);
    return lead < margin
      ? { need: margin - lead, up: label, down: rival }
      : undefined;
  },
  gradient(kernels, logits, label, share, out) {
    const largest = largestOf(logits);
    let sum = 0;
    for (let c = 0; c < logits.length; c++) {
      sum += out[c] = kernels.exp(logits[c]! - largest);
    }
    for (let c = 0; c < logits.length; c++) out[c]! *= share / sum;
    out[label]! -= share;
  },
  confidence(kernels, head, logits, label) {
    const z = calibrated(head, logits);
    const { largest, sum } = partition(kernels, z);
    return {
      logLabel: z[label]! - largest - kernels.log(sum),
      most: 1 / sum,
    };
  },
  handicap(logits, label, by) {
    logits[label]! -= by;
  },
  answer(kernels, head, logits, label) {
    const z = calibrated(head, logits);
    const { largest, sum } = partition(kernels, z);
    return {
      probability: kernels.exp(z[label]! - largest) / sum,
      rank: 1 + z.filter((other) => other > z[label]!).length,
    };
  },
  judge(kernels, head, logits, label, least) {
    const z = calibrated(head, logits);
    const { largest, sum } = partition(kernels, z);
    const p = kernels.exp(z[label]! - largest) / sum;
    return {
      right: z.indexOf(largest) === label,
      loss: -kernels.log(Math.max(p, least)),
    };
  },
};

function calibrated(
  { calibration: { temperature, offsets } }: ClassesHead,
  logits: Logits,
): Float64Array {
  const z = new Float64Array(offsets.length);
  for (let c = 0; c < z.length; c++) {
    z[c] = (logits[c]! + offsets[c]!) / temperature;
  }
  return z;
}

/** The largest logit, and Σ exp(z − largest). */
function partition(
  kernels: MathKernels,
  logits: Logits,
): { largest: number; sum: number } {
  const largest = largestOf(logits);
  let sum = 0;
  for (let c = 0; c < logits.length; c++) {
    sum += kernels.exp(logits[c]! - largest);
  }
  return { largest, sum };
}

function largestOf(logits: Logits): number {
  let largest = -Infinity;
  for (let c = 0; c < logits.length; c++) {
    if (logits[c]! > largest) largest = logits[c]!;
  }
  return largest;
}

/** The class other than `label` with the largest logit, −1 where there is none. */
function strongestOther(
  logits: Logits,
  offsets: readonly number[],
  label: number,
): number {
  let best = -1;
  for (let c = 0; c < logits.length; c++) {
    if (c === label) continue;
    if (
      best < 0 || logits[c]! + offsets[c]! > logits[best]! + offsets[best]!
    ) best = c;
  }
  return best;
}
