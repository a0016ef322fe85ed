/**
 * A class that is added to a head from a few examples.
 *
 *   w ∝ (C_w + s·I)⁻¹(m − μ),  w·(m − μ) = 4
 *
 * m is the mean of the examples, C_w the covariance of features within classes. Then
 * the examples are corrected like any others, by a wide margin. {@linkcode riseOf} sets
 * the bias on the images of the guard.
 *
 * @module
 */

import { leadOver, type Others, othersOf, riseOf } from "./class_bias.ts";
import { distanceOf } from "./class_distance.ts";
import { finish, type FinishTools } from "./finish.ts";
import type { GuardSet } from "./guard.ts";
import { type ClassesHead, type Examples, featuresAt, pick } from "./heads.ts";
import { Metric } from "./metric.ts";
import type { Scorer } from "./scorer.ts";

/** The new logit's rise from the mean of all features to that of the examples. */
const RISE = 4;
/** The margin of each example in logits: wide, since a new class is deliberate. */
const MARGIN = 4;
/** The lead of a new class at the mean of its examples, if there is no guard. */
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
 * Adds a class to a head, as its last one.
 *
 * @param tools Tools whose scorer has room for the new row.
 * @param within The metric of {@linkcode measureWithin}.
 * @param grown The head with the new class, without its parameters.
 * @param guard The guard set of this head.
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
  const others = othersOf(guard);
  const distance = others.labels.length === 0
    ? 0
    : distanceOf(scorer, within, head, examples, others, RISE);
  const placed = (head: ClassesHead) =>
    withBias(scorer, head, mean, others, distance);
  const label = head.bias.length;
  const labelled: Examples = {
    ...examples,
    labels: [new Float32Array(examples.count).fill(label)],
  };
  const finished = finish(
    tools,
    [placed(wider)],
    labelled,
    pick(labelled, []),
    MARGIN,
  );
  return placed(finished.heads[0] as ClassesHead);
}

/** The parameters of a head with the new row, which is 0 at the mean of all features. */
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
  others: Others,
  distance: number,
): ClassesHead {
  const bias = head.bias.slice();
  bias[bias.length - 1]! += others.labels.length === 0
    ? leadOver(head, scorer.logits(head, mean)) + LEAD
    : riseOf(scorer, head, others, distance);
  return { ...head, bias };
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
