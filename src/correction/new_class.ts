/**
 * A class that is added to a head from a few examples.
 *
 *   w ∝ (C_w + s·I)⁻¹(m − μ),  w·(m − μ) = 4
 *
 * m is the mean of the examples, C_w the covariance of features within classes. Then
 * the examples are corrected as any others are, by a wide margin. The bias is such
 * that the images of the guard lead the new class by 1.8 of their standard deviations
 * in the mean: about one in thirty is taken. The one that is taken first tells less
 * than all together (docs/fine-tuning.md).
 *
 * @module
 */

import { isKnown } from "../heads/head.ts";
import { kindOf } from "../heads/kinds.ts";
import { largestLogit } from "../heads/known.ts";
import { finish, type FinishTools } from "./finish.ts";
import type { GuardSet } from "./guard.ts";
import { type ClassesHead, type Examples, featuresAt, pick } from "./heads.ts";
import { Metric } from "./metric.ts";
import { rowAt, type Scorer } from "./scorer.ts";

/** The new logit's rise from the mean of all features to that of the examples. */
const RISE = 4;
/** By how much each example is to be right, in logits: this is deliberate. */
const MARGIN = 4;
/** How far the guard's images are from being taken in the mean, in standard deviations. */
const DEVIATIONS = 1.8;
/** By how much a new class leads at the mean of its examples, where there is no guard. */
const LEAD = 2;
/** λ: with few examples a mean is uncertain, and the metric stays near the plain one. */
const RIDGE = 1;

/** A head with one more class than it has rows: its description and calibration. */
export type GrownClasses = Pick<ClassesHead, "spec" | "calibration">;

/** Measures features within the classes of a head, which {@linkcode addClass} needs, once per trunk. */
export function measureWithin(
  replay: Examples,
  labels: Float32Array,
  features: number,
): Promise<Metric> {
  return Metric.create(replay.features, {
    features,
    ridge: RIDGE,
    groups: labels,
  });
}

/**
 * A head with one class more, the last one.
 *
 * @param tools Whose scorer has room for the new row.
 * @param within Of {@linkcode measureWithin}.
 * @param grown The head with the new class, without its numbers.
 * @param guard What this head is judged by.
 * @throws {RangeError} If there are no examples, or they are the mean of all.
 */
export function addClass(
  tools: FinishTools,
  within: Metric,
  head: ClassesHead,
  grown: GrownClasses,
  examples: Examples,
  guard: GuardSet,
): ClassesHead {
  const { scorer } = tools;
  const mean = meanOf(examples);
  const wider = { ...grown, ...withRow(within, head, mean) };
  const placed = withBias(scorer, wider, mean, guard);
  const label = head.bias.length;
  const lesson: Examples = {
    ...examples,
    labels: [new Float32Array(examples.count).fill(label)],
  };
  const finished = finish(tools, [placed], lesson, pick(lesson, []), MARGIN);
  return withBias(scorer, finished.heads[0] as ClassesHead, mean, guard);
}

/** The numbers of a head with the new row, which is 0 at the mean of all features. */
function withRow(
  within: Metric,
  head: ClassesHead,
  mean: Float32Array,
): Pick<ClassesHead, "weight" | "bias"> {
  const [direction] = within.directions(mean);
  const { weight, gain, bias } = direction!;
  const scale = RISE / (gain - 1);
  if (!(scale > 0 && Number.isFinite(scale))) {
    throw new RangeError(
      "Cannot add a class: expected examples that differ from the mean of all images",
    );
  }
  const inputs = head.weight.length / head.bias.length;
  const row = Float32Array.from(
    weight.subarray(0, inputs),
    (value) => scale * value,
  );
  return {
    weight: joined(head.weight, row),
    bias: joined(head.bias, Float32Array.of(scale * (bias - 1))),
  };
}

/** The head with the bias of its last class moved to where the guard allows it. */
function withBias(
  scorer: Scorer,
  head: ClassesHead,
  mean: Float32Array,
  guard: GuardSet,
): ClassesHead {
  const leads = leadsOf(scorer, head, guard);
  const rise = leads.length < 2
    ? leadOver(head, scorer.logits(head, mean)) + LEAD
    : average(leads) - DEVIATIONS * deviation(leads);
  const bias = head.bias.slice();
  bias[bias.length - 1]! += rise;
  return { ...head, bias };
}

/** How far each image of the guard is from being taken by the last class of a head. */
function leadsOf(
  scorer: Scorer,
  head: ClassesHead,
  { examples, labels, handicap }: GuardSet,
): number[] {
  const logits = scorer.logits(head, examples.features);
  return Array.from(labels).flatMap((label, i) => {
    if (!isKnown(label)) return [];
    const z = rowAt(logits, i, head);
    kindOf(head.spec).handicap(z, label, handicap);
    return leadOver(head, z);
  });
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The standard deviation, as of a sample. */
function deviation(values: readonly number[]): number {
  const mean = average(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/** How far the largest logit of the other classes is above that of the last. */
function leadOver(
  { calibration: { offsets } }: ClassesHead,
  logits: Float32Array,
): number {
  return largestLogit(logits, offsets.slice(0, -1)) - logits.at(-1)!;
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const out = new Float32Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

function meanOf(examples: Examples): Float32Array {
  if (examples.count === 0) {
    throw new RangeError("Cannot add a class: expected examples, got none");
  }
  const sums = new Float64Array(examples.features.length / examples.count);
  for (let i = 0; i < examples.count; i++) {
    featuresAt(examples, i).forEach((value, k) => sums[k]! += value);
  }
  return Float32Array.from(sums, (sum) => sum / examples.count);
}
