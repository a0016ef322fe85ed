/** What corrections ask of a kind of head. @module */

import type { MathKernels } from "../../kernels/math.ts";
import type { Head } from "../heads.ts";

/** The logits of one example. */
export type Logits = ArrayLike<number>;

/** The least change of logits that makes an answer right. */
export interface Shortfall {
  /** How much further apart, or how much higher or lower, logits must be; > 0. */
  readonly need: number;
  /** The row to raise, if one is. */
  readonly up?: number;
  /** The row to lower, if one is. */
  readonly down?: number;
}

/** How sure a head is of one label, and of anything. */
export interface Confidence {
  /** log p(label), in nats, ≤ 0. */
  readonly logLabel: number;
  /** The probability of the likeliest answer. */
  readonly most: number;
}

/** An answer beside its label. */
export interface Answer {
  /** p(label) in [0, 1]; the likelihood relative to its peak for a number. */
  readonly probability: number;
  /** 1 + the number of answers that are likelier than the label. */
  readonly rank: number;
}

/** What a head says of one labelled example, for its metrics. */
export interface Judgement {
  readonly right: boolean;
  /** In nats, or half the squared error of a number. */
  readonly loss: number;
}

/** The rules of one kind of head. Each function takes the logits and the label of one labelled example. */
export interface Kind<H extends Head> {
  /** The label that stands for one that is not known. */
  readonly unknown: number;
  /** Whether a label is known. */
  isLabelled(label: number): boolean;
  /** What keeps the answer from being right by `margin`; undefined if nothing does. */
  shortfall(
    head: H,
    logits: Logits,
    label: number,
    margin: number,
  ): Shortfall | undefined;
  /** Writes share · ∂L/∂z [K]. */
  gradient(
    kernels: MathKernels,
    logits: Logits,
    label: number,
    share: number,
    out: Float32Array,
  ): void;
  /** Undefined where there are no probabilities to be sure by. */
  confidence(
    kernels: MathKernels,
    head: H,
    logits: Logits,
    label: number,
  ): Confidence | undefined;
  /** Makes the label less likely, in place: by that many logits. Nothing is done to a number. */
  handicap(logits: Float32Array, label: number, by: number): void;
  answer(
    kernels: MathKernels,
    head: H,
    logits: Logits,
    label: number,
  ): Answer;
  /** `leastProbability` bounds the loss of one example. */
  judge(
    kernels: MathKernels,
    head: H,
    logits: Logits,
    label: number,
    leastProbability: number,
  ): Judgement;
}
