/**
 * A class that is added to a head from a few examples.
 *
 *   w ∝ (C_w + s·I)⁻¹(m − μ),  w·(m − μ) = 4,  b = β − w·μ
 *
 * m is the mean of the examples, C_w the covariance of features within classes. β is
 * the largest at which the new class takes at most one in a hundred images of the
 * guard, or one, from the class that is right; measured in docs/fine-tuning.md.
 *
 * @module
 */

import type { GuardSet } from "./guard.ts";
import {
  type ClassesHead,
  type Examples,
  featuresAt,
  type Head,
} from "./heads.ts";
import { kindOf } from "./kinds/kinds.ts";
import { Metric } from "./metric.ts";
import { rowAt, type Scorer } from "./scorer.ts";

/** The new logit's rise from the mean of all features to that of the examples. */
const RISE = 4;
/** The share of the guard's right answers that a new class may take; one at least. */
const MOST_TAKEN = 0.01;
/** By how much a new class leads at the mean of its examples, where there is no guard. */
const LEAD = 2;
/** λ: with few examples a mean is uncertain, and the metric stays near the plain one. */
const RIDGE = 1;
/** What keeps β just below the image that it may not take, in logits. */
const GAP = 1e-3;

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
 * @param scorer With room for the head as it is.
 * @param within Of {@linkcode measureWithin}.
 * @param guard What this head is judged by.
 * @throws {RangeError} If there are no examples, or they are the mean of all.
 */
export function addClass(
  scorer: Scorer,
  within: Metric,
  head: ClassesHead,
  examples: Examples,
  guard: GuardSet,
): ClassesHead {
  const { row, shift } = rowOf(within, head, meanOf(examples));
  const thresholds = takenFrom(scorer, head, row, shift, guard)
    .sort((a, b) => a - b);
  const taken = Math.max(1, Math.floor(MOST_TAKEN * thresholds.length));
  const beta = taken < thresholds.length
    ? thresholds[taken]! - GAP
    : strongestAt(scorer, head, meanOf(examples)) + LEAD - RISE;
  const { calibration: { temperature, offsets } } = head;
  return {
    ...head,
    weight: joined(head.weight, row),
    bias: joined(head.bias, Float32Array.of(beta + shift)),
    calibration: { temperature, offsets: [...offsets, 0] },
  };
}

/** The new row w, and −w·μ. */
function rowOf(
  within: Metric,
  { weight, bias }: ClassesHead,
  mean: Float32Array,
): { row: Float32Array; shift: number } {
  const [direction] = within.directions(mean);
  const { weight: u, gain, bias: ownShift } = direction!;
  const scale = RISE / (gain - 1);
  if (!(scale > 0 && Number.isFinite(scale))) {
    throw new RangeError(
      "Cannot add a class: expected examples that differ from the mean of all images",
    );
  }
  const inputs = weight.length / bias.length;
  return {
    row: Float32Array.from(u.subarray(0, inputs), (value) => scale * value),
    shift: scale * (ownShift - 1),
  };
}

/** For each guard image that the head has right, the β from which on the new class takes it. */
function takenFrom(
  scorer: Scorer,
  head: ClassesHead,
  row: Float32Array,
  shift: number,
  { examples, labels, handicap }: GuardSet,
): number[] {
  const logits = scorer.logits(head, examples.features);
  const alone: Head = {
    ...head,
    weight: row,
    bias: Float32Array.of(shift),
  };
  const rises = scorer.logits(alone, examples.features);
  const thresholds: number[] = [];
  labels.forEach((label, i) => {
    if (!kindOf(head).isLabelled(label)) return;
    const z = rowAt(logits, i, head);
    kindOf(head).handicap(z, label, handicap);
    const most = largest(head, z);
    if (z[label]! + head.calibration.offsets[label]! < most) return;
    thresholds.push(most - rises[i]!);
  });
  return thresholds;
}

/** The largest logit of one row of features. */
function strongestAt(
  scorer: Scorer,
  head: ClassesHead,
  x: Float32Array,
): number {
  return largest(head, scorer.logits(head, x));
}

/** The largest logit with its offset. */
function largest(
  { calibration: { offsets } }: ClassesHead,
  logits: Float32Array,
): number {
  return logits.reduce(
    (most, z, c) => Math.max(most, z + offsets[c]!),
    -Infinity,
  );
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
