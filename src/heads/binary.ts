/** Heads that say yes or no: one logit, the sigmoid and its cross-entropy. @module */

import type { MathKernels } from "../kernels/math.ts";
import { scoreClasses } from "./classes.ts";
import { fitClasses } from "./classes_calibration.ts";
import {
  type HeadKind,
  type HeadOutputs,
  isFiniteNumber,
  isKnown,
  type NamedHead,
  sevenDigits,
} from "./head.ts";

/** A head that says whether something is so. */
export interface BinaryHead extends NamedHead {
  readonly kind: "binary";
}

/** The calibration of a logit z: its probability is sigmoid((z + offset) / temperature). */
export interface BinaryCalibration {
  /** > 0. */
  readonly temperature: number;
  readonly offset: number;
}

/** The likelier label, and its calibrated probability in [0.5, 1]. */
export interface BinaryAnswer {
  readonly label: boolean;
  readonly probability: number;
}

/** Words for a label in tables and forms, in lower case. */
const WORDS: ReadonlyMap<string, number> = new Map([
  ["true", 1],
  ["yes", 1],
  ["1", 1],
  ["false", 0],
  ["no", 0],
  ["0", 0],
]);

/** The kind of heads that say yes or no. */
export const binary: HeadKind<BinaryHead, BinaryCalibration, BinaryAnswer> = {
  metrics: [
    { key: "accuracy", title: "accuracy", style: "percent" },
    { key: "auc", title: "ROC AUC", style: "decimal" },
    { key: "precision", title: "precision", style: "percent" },
    { key: "recall", title: "recall", style: "percent" },
    { key: "loss", title: "loss", style: "decimal" },
    { key: "ece", title: "ECE", style: "percent" },
  ],

  width: () => 1,
  groups: () => ["false", "true"],
  measured: (head) => head,
  target: (_, label) => label,

  loss(kernels, _, batch) {
    return kernels.sigmoidCrossEntropy(
      batch.logits,
      batch.stride,
      batch.rows,
      batch.targets.label.byteOffset,
      batch.targets.other.byteOffset,
      batch.share.byteOffset,
      batch.smoothing,
      batch.gradient,
      batch.stride,
    );
  },

  rowScore: ([z], target) => (z! > 0) === (target > 0.5) ? 1 : 0,

  neutral: () => ({ temperature: 1, offset: 0 }),

  fit(kernels, _, outputs) {
    const { temperature, offsets } = fitClasses(kernels, asClasses(outputs));
    return { temperature, offset: offsets[1]! - offsets[0]! };
  },

  calibrated: (outputs, { temperature, offset }) => ({
    ...outputs,
    logits: outputs.logits.map((z) => (z + offset) / temperature),
  }),

  score(kernels, _, outputs) {
    const score = scoreClasses(kernels, asClasses(outputs));
    const metrics = { ...score.metrics, ...detection(outputs) };
    return { ...score, metrics };
  },

  answer(kernels, _, { temperature, offset }, [z]) {
    const logit = (z! + offset) / temperature;
    return {
      label: logit > 0,
      probability: sevenDigits(sigmoid(kernels, Math.abs(logit))),
    };
  },

  known: () => undefined,

  slope(kernels, logits, target, out) {
    out[0] = sigmoid(kernels, logits[0]!) - target;
  },

  shortfall(_, { offset }, logits, target, margin) {
    const need = margin - signOf(target) * (logits[0]! + offset);
    if (!(need > 0)) return undefined;
    return target === 1 ? { need, up: 0 } : { need, down: 0 };
  },

  handicap(logits, target, by) {
    logits[0]! -= signOf(target) * by;
  },

  standing(kernels, _, { temperature, offset }, logits, target) {
    const z = signOf(target) * (logits[0]! + offset) / temperature;
    const right = z > 0 || (z === 0 && target === 0);
    return {
      probability: sigmoid(kernels, z),
      rank: right ? 1 : 2,
      most: sigmoid(kernels, Math.abs(z)),
      right,
      loss: Math.max(-z, 0) + kernels.log(1 + kernels.exp(-Math.abs(z))),
    };
  },

  parse(_, value) {
    if (value === 0 || value === 1) return value;
    if (typeof value === "boolean") return value ? 1 : 0;
    return typeof value === "string"
      ? WORDS.get(value.trim().toLowerCase())
      : undefined;
  },

  show: (_, label) => label > 0.5,
  expected: () => "true or false",
  fault: () => undefined,

  calibrationFault(_, { temperature, offset }) {
    if (!(isFiniteNumber(temperature) && temperature > 0)) {
      return "a positive temperature";
    }
    return isFiniteNumber(offset) ? undefined : "an offset of its logit";
  },
};

/** 1 / (1 + e⁻ᶻ), without overflow. */
function sigmoid(kernels: MathKernels, z: number): number {
  const e = kernels.exp(-Math.abs(z));
  return (z >= 0 ? 1 : e) / (1 + e);
}

/** The side of 0 that logits of a label lie on. */
function signOf(target: number): 1 | -1 {
  return target === 1 ? 1 : -1;
}

/** The same answers as those of two classes, of which "no" has the logit 0. */
function asClasses({ logits, labels }: HeadOutputs): HeadOutputs {
  const both = new Float32Array(2 * logits.length);
  logits.forEach((z, n) => both[2 * n + 1] = z);
  return { logits: both, width: 2, labels };
}

/**
 * Measures how well "yes" is told from "no": the area under the receiver operating
 * characteristic, which is the probability that a "yes" has the larger logit
 * (ties count half), and precision and recall of what is called "yes".
 *
 * Source: Hanley, McNeil 1982 (doi:10.1148/radiology.143.1.7063747).
 */
function detection(
  { logits, labels }: HeadOutputs,
): Record<"auc" | "precision" | "recall", number> {
  const order = [...labels.keys()].filter((n) => isKnown(labels[n]!))
    .sort((a, b) => logits[a]! - logits[b]!);
  const yes = order.filter((n) => labels[n] === 1);
  const no = order.length - yes.length;
  let wins = 0;
  let below = 0; // how many "no" have smaller logits
  for (let start = 0; start < order.length;) {
    const z = logits[order[start]!];
    let end = start;
    let [ties, hits] = [0, 0];
    do {
      if (labels[order[end++]!] === 1) hits++;
      else ties++;
    } while (end < order.length && logits[order[end]!] === z);
    wins += hits * (below + ties / 2);
    below += ties;
    start = end;
  }
  const called = order.filter((n) => logits[n]! > 0);
  const right = called.filter((n) => labels[n] === 1).length;
  return {
    auc: wins / (yes.length * no),
    precision: right / called.length,
    recall: right / yes.length,
  };
}
