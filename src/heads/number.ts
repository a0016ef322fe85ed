/** Heads that estimate a quantity: one output, squared error on the standardized target. @module */

import {
  type HeadKind,
  type HeadOutputs,
  isFiniteNumber,
  isKnown,
  type Metrics,
  type NamedHead,
  sevenDigits,
} from "./head.ts";

/** A head that estimates a quantity. */
export interface NumberHead extends NamedHead {
  readonly kind: "number";
  /** The unit that it is measured in, such as `cm`. */
  readonly unit?: string;
  /** Mean of the training labels, in the head's unit; 0 before there are any. */
  readonly mean: number;
  /** Standard deviation of the training labels, > 0, in the head's unit; 1 before there are any. */
  readonly standardDeviation: number;
}

/** The scale of the distances between estimates and the truth. */
export interface NumberCalibration {
  /** Root mean square error on images it was not trained on, in the head's unit. */
  readonly deviation: number;
}

/** An estimate, and how far from it the truth is expected to lie. */
export interface NumberAnswer {
  readonly value: number;
  /** The truth lies within it about two times in three. */
  readonly deviation: number;
  readonly unit?: string;
}

/** The largest label: sums of squares of numbers up to it are finite. */
export const LARGEST_LABEL = 1e100;

/** Estimation. */
export const number: HeadKind<NumberHead, NumberCalibration, NumberAnswer> = {
  metrics: [
    { key: "r2", title: "R²", style: "decimal" },
    { key: "mae", title: "mean absolute error", style: "quantity" },
    { key: "rmse", title: "root mean square error", style: "quantity" },
    { key: "loss", title: "loss", style: "decimal" },
  ],

  width: () => 1,
  groups: () => [],

  measured(head, labels) {
    const known = labels.filter(isKnown);
    if (known.length === 0) return head;
    const mean = meanOf(known);
    const variance = meanOf(known.map((label) => (label - mean) ** 2));
    return { ...head, mean, standardDeviation: Math.sqrt(variance) || 1 };
  },

  target: ({ mean, standardDeviation }, label) =>
    (label - mean) / standardDeviation,

  loss(kernels, _, batch) {
    return kernels.squaredError(
      batch.logits,
      batch.stride,
      batch.rows,
      batch.targets.label.byteOffset,
      batch.targets.other.byteOffset,
      batch.share.byteOffset,
      batch.gradient,
      batch.stride,
    );
  },

  rowScore: ([z], target) => 1 - (z! - target) ** 2,

  neutral: ({ standardDeviation }) => ({ deviation: standardDeviation }),

  fit(_, head, outputs) {
    const { rmse } = metricsOf(head, outputs);
    return Number.isFinite(rmse)
      ? { deviation: rmse! }
      : { deviation: head.standardDeviation };
  },

  calibrated: (outputs) => outputs,

  score(_, head, outputs) {
    return {
      metrics: metricsOf(head, outputs),
      predicted: Float64Array.from(outputs.logits, (z) => valueOf(head, z)),
      confidence: undefined,
    };
  },

  answer(_, head, { deviation }, [z]) {
    return {
      value: sevenDigits(valueOf(head, z!)),
      deviation: sevenDigits(deviation),
      ...(head.unit !== undefined && { unit: head.unit }),
    };
  },

  known: () => undefined,

  slope(_, logits, target, out) {
    out[0] = 2 * (logits[0]! - target);
  },

  // Source: the ε-insensitive loss of Crammer et al. 2006, section 5 (JMLR 7),
  // whose ε is the error to expect. Margins are of probabilities, and do not matter.
  shortfall({ standardDeviation }, { deviation }, logits, target) {
    const residual = target - logits[0]!;
    const need = Math.abs(residual) - deviation / standardDeviation;
    if (!(need > 0)) return undefined;
    return residual > 0 ? { need, up: 0 } : { need, down: 0 };
  },

  handicap() {},

  standing(kernels, { standardDeviation }, { deviation }, logits, target) {
    const error = Math.abs(logits[0]! - target) * standardDeviation;
    const loss = (error / Math.max(deviation, Number.MIN_VALUE)) ** 2 / 2;
    return {
      probability: kernels.exp(-loss),
      rank: 1,
      most: undefined,
      right: error <= deviation,
      loss,
    };
  },

  parse(_, value) {
    const text = typeof value === "string" ? value.trim() : value;
    if (typeof text !== "number" && typeof text !== "string") return undefined;
    const parsed = text === "" ? NaN : Number(text);
    return Math.abs(parsed) <= LARGEST_LABEL ? parsed : undefined;
  },

  show: (_, label) => sevenDigits(label),
  expected: ({ unit }) =>
    unit === undefined ? "a number" : `a number in ${unit}`,

  fault({ unit, mean, standardDeviation }) {
    if (unit !== undefined && typeof unit !== "string") {
      return "a unit in words";
    }
    if (!isFiniteNumber(mean)) return "a finite mean";
    return isFiniteNumber(standardDeviation) && standardDeviation > 0
      ? undefined
      : "a positive standard deviation";
  },

  calibrationFault: (_, { deviation }) =>
    isFiniteNumber(deviation) && deviation >= 0
      ? undefined
      : "a deviation of at least 0",
};

/** The quantity that an output stands for. */
function valueOf({ mean, standardDeviation }: NumberHead, z: number): number {
  return mean + standardDeviation * z;
}

/**
 * Mean absolute error, root mean square error, and the share of the labels'
 * variance that is explained, R² = 1 − Σ (y − ŷ)² / Σ (y − ȳ)².
 */
function metricsOf(
  head: NumberHead,
  { logits, labels }: HeadOutputs,
): Metrics {
  const known = [...labels.keys()].filter((n) => isKnown(labels[n]!));
  const truth = known.map((n) => labels[n]!);
  const errors = known.map((n) => valueOf(head, logits[n]!) - labels[n]!);
  const center = meanOf(truth);
  const square = meanOf(errors.map((error) => error ** 2));
  const variance = meanOf(truth.map((label) => (label - center) ** 2));
  return {
    images: known.length,
    r2: variance > 0 ? 1 - square / variance : NaN,
    mae: meanOf(errors.map(Math.abs)),
    rmse: Math.sqrt(square),
    loss: square / head.standardDeviation ** 2,
  };
}

/** NaN where there are no values. */
function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
