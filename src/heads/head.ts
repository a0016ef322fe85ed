/**
 * The interface of a kind of head: everything that is specific to it. Elsewhere a head's
 * kind only matters where tables are read and where JSON, words and the page show it.
 *
 * A head reads the trunk's features and writes a few columns of the composite
 * output. Its label is one number: the index of a class, 0 or 1, or a quantity in
 * its own unit; {@linkcode UNKNOWN} where an example has none.
 *
 * @module
 */

import type { MathKernels } from "../kernels/math.ts";
import type { Kernels } from "../kernels/mod.ts";
import type { Pointer } from "../kernels/pointer.ts";

/** An unknown label: NaN, so that no computation mistakes it for a known one. */
export const UNKNOWN = NaN;

/** Whether a label is known. */
export function isKnown(label: number): boolean {
  return !Number.isNaN(label);
}

/** The properties of every head. */
export interface NamedHead {
  /** Letters, digits, `_` and `-`; unique in its model. */
  readonly name: string;
  readonly kind: string;
}

/** Targets of one head for the rows of a batch, NaN where a row has no label. */
export interface Targets {
  /** [capacity]. */
  readonly label: Float32Array;
  /** [capacity], the target that is mixed in. */
  readonly other: Float32Array;
}

/** A head's columns of a batch, as its loss sees them. */
export interface LossBatch {
  readonly rows: number;
  /** The head's first column of the composite output. */
  readonly logits: Pointer;
  /** Room for ∂L/∂logits, a whole panel of 8 columns at a time. */
  readonly gradient: Pointer;
  /** Row stride of both, in floats. */
  readonly stride: number;
  readonly targets: Targets;
  /** λ per row, the share of `targets.label`; 1 − λ is that of `targets.other`. */
  readonly share: Float32Array;
  /** ε of label smoothing, in [0, 1). */
  readonly smoothing: number;
}

/** One head's part of the composite output for a list of examples, with their labels. */
export interface HeadOutputs {
  /** [N, width]. */
  readonly logits: Float32Array;
  readonly width: number;
  /** [N]. */
  readonly labels: Float64Array;
}

/** Metrics over labelled images, by name; NaN where the images do not allow one. */
export interface Metrics {
  /** Labelled images. */
  readonly images: number;
  /** Mean loss, in nats or squared standard deviations. */
  readonly loss: number;
  readonly [name: string]: number;
}

/** The title and style of one of a kind's metrics. */
export interface MetricStyle {
  readonly key: string;
  readonly title: string;
  /** `percent` of a share in [0, 1], `decimal` for a plain number, `quantity` in the head's unit. */
  readonly style: "percent" | "decimal" | "quantity";
}

/** One head's logits of one example. */
export type Logits = ArrayLike<number>;

/** The metrics of a head on a list of examples, and its answer to each. */
export interface HeadScore {
  readonly metrics: Metrics;
  /** [N], the label said of each. */
  readonly predicted: Float64Array;
  /** [N], its probability in [0, 1]; undefined where a head gives none. */
  readonly confidence: Float32Array | undefined;
}

/** The least change of logits that makes an answer right. */
export interface Shortfall {
  /** The distance by which logits must be further apart, or higher or lower; > 0. */
  readonly need: number;
  /** The column to raise, if one is. */
  readonly up?: number;
  /** The column to lower, if one is. */
  readonly down?: number;
}

/** The standing of a label among the answers of a head. */
export interface Standing {
  /** p(label) in [0, 1]; of a quantity, its likelihood relative to that of the estimate. */
  readonly probability: number;
  /** 1 + the number of answers that are likelier; 1 for a quantity. */
  readonly rank: number;
  /** The probability of the likeliest answer; undefined for a quantity. */
  readonly most: number | undefined;
  /** True if the answer is right; of a quantity, if it is within its standard deviation. */
  readonly right: boolean;
  /** −log p(label) in nats; of a quantity, half the squared error in standard deviations. */
  readonly loss: number;
}

/**
 * One kind of head: `S` describes a head, `C` its calibration, `A` its answer.
 * All functions are pure, except that they write to memory that they are given.
 */
export interface HeadKind<S extends NamedHead, C, A> {
  /** Its metrics, the main one first. */
  readonly metrics: readonly MetricStyle[];

  /** Columns of the composite output. */
  width(head: S): number;

  /** Names of the groups that its labels 0, 1, … divide images into; none where they do not. */
  groups(head: S): readonly string[];

  /** The head as it learns from these labels [N]: scales are measured on them. */
  measured(head: S, labels: Float64Array): S;

  /** Turns a label into the loss's target. */
  target(head: S, label: number): number;

  /** Σ loss over the labelled rows; writes the gradient of the mean. */
  loss(kernels: Kernels, head: S, batch: LossBatch): number;

  /** One row's part of the score shown while training: its mean is the accuracy, or R². */
  rowScore(logits: Float32Array, target: number): number;

  /** The calibration that changes nothing. */
  neutral(head: S): C;

  /** The calibration that fits held-out outputs; neutral if none has a label. */
  fit(kernels: Kernels, head: S, outputs: HeadOutputs): C;

  /** The outputs that answers come from. */
  calibrated(outputs: HeadOutputs, calibration: C): HeadOutputs;

  /** Scores outputs as they are. */
  score(kernels: Kernels, head: S, outputs: HeadOutputs): HeadScore;

  /**
   * The answer to a caller.
   *
   * @param logits [width], in the kernels' memory; overwritten.
   * @param topK The most classes to list.
   */
  answer(
    kernels: Kernels,
    head: S,
    calibration: C,
    logits: Float32Array,
    topK: number,
  ): A;

  /**
   * How familiar an image looks to the head, in [0, 1]; undefined if it cannot tell.
   */
  known(calibration: C, logits: Logits): number | undefined;

  /**
   * ∂L/∂logits of one labelled row, without smoothing.
   *
   * @param out [width], overwritten.
   */
  slope(
    kernels: MathKernels,
    logits: Logits,
    target: number,
    out: Float32Array,
  ): void;

  /**
   * The logits by which the calibrated answer falls short of `margin`; undefined if it
   * does not.
   */
  shortfall(
    head: S,
    calibration: C,
    logits: Logits,
    target: number,
    margin: number,
  ): Shortfall | undefined;

  /** Lowers a label by some logits, in place; a quantity stays as it is. */
  handicap(logits: Float32Array, target: number, by: number): void;

  /** The standing of a label among the calibrated answers. */
  standing(
    kernels: MathKernels,
    head: S,
    calibration: C,
    logits: Logits,
    target: number,
  ): Standing;

  /** The label that a string, number or boolean stands for; undefined if none. */
  parse(head: S, value: unknown): number | undefined;

  /** The label as people and JSON write it. */
  show(head: S, label: number): string | number | boolean;

  /** The valid labels, in words. */
  expected(head: S): string;

  /** The expectation that a description from a file violates, in words; undefined if none. */
  fault(head: S): string | undefined;

  /** The expectation that a calibration from a file violates, in words; undefined if none. */
  calibrationFault(head: S, calibration: Partial<C>): string | undefined;
}

/** Tells if a value is a finite number. */
export function isFiniteNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** The position of the largest value; the first of equals. */
export function indexOfLargest(values: ArrayLike<number>): number {
  let best = 0;
  for (let c = 1; c < values.length; c++) {
    if (values[c]! > values[best]!) best = c;
  }
  return best;
}

/** A number rounded to seven digits, the precision of a 32-bit float. */
export function sevenDigits(value: number): number {
  return Number(value.toPrecision(7));
}
