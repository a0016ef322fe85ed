/**
 * Heads as corrections use them: description, calibration, and the linear map of the
 * trunk's features. Nothing here changes in place: a corrected head is a new value.
 *
 * @module
 */

import type { ClassesHead as ClassesSpec } from "../heads/classes.ts";
import type { ClassesCalibration } from "../heads/classes_calibration.ts";
import {
  isKnown,
  type Logits,
  type Shortfall,
  type Standing,
  UNKNOWN,
} from "../heads/head.ts";
import { type HeadCalibration, type HeadSpec, kindOf } from "../heads/kinds.ts";
import type { MathKernels } from "../kernels/math.ts";
import { layerOf } from "../model/sizes.ts";
import type { Calibration } from "../model/state.ts";
import { dot } from "../nn/dot.ts";

/** A head with its parameters. */
export interface Head {
  readonly spec: HeadSpec;
  readonly calibration: HeadCalibration;
  /** Row-major [K, H]. */
  readonly weight: Float32Array;
  /** [K]. */
  readonly bias: Float32Array;
}

/** A head that selects one of K classes. */
export interface ClassesHead extends Head {
  readonly spec: ClassesSpec;
  readonly calibration: ClassesCalibration;
}

/** Labelled trunk outputs. */
export interface Examples {
  /** Number n of examples. */
  readonly count: number;
  /** [n, stride]: H features and zeros up to a multiple of 8. */
  readonly features: Float32Array;
  /** For each head the targets of its loss [n], `UNKNOWN` where an example has no label. */
  readonly labels: readonly Float32Array[];
}

/** Pairs the descriptions of heads with their parameters, named as the tensors of a file. */
export function headsFrom(
  { heads, calibration }: {
    readonly heads: readonly HeadSpec[];
    readonly calibration: Calibration;
  },
  parameters: ReadonlyMap<string, Float32Array>,
): Head[] {
  return heads.map((spec) => ({
    spec,
    calibration: calibration[spec.name]!,
    weight: parameters.get(`${layerOf(spec)}.weight`)!,
    bias: parameters.get(`${layerOf(spec)}.bias`)!,
  }));
}

/** The parameters of heads, by the names of their tensors. */
export function parametersOf(
  heads: readonly Head[],
): Map<string, Float32Array> {
  return new Map(heads.flatMap(({ spec, weight, bias }) => [
    [`${layerOf(spec)}.weight`, weight],
    [`${layerOf(spec)}.bias`, bias],
  ]));
}

/** Examples from features [n, stride] and, for each head, labels [n] in the head's own units. */
export function examplesFrom(
  heads: readonly HeadSpec[],
  { features, labels, length }: {
    readonly features: Float32Array;
    readonly labels: readonly ArrayLike<number>[];
    readonly length: number;
  },
): Examples {
  return {
    count: length,
    features,
    labels: heads.map((head, h) =>
      Float32Array.from(labels[h]!, (label) =>
        // The same NaN on every machine.
        isKnown(label) ? kindOf(head).target(head, label) : UNKNOWN)
    ),
  };
}

/** The rows K of a head. */
export function rowsOf({ bias }: Head): number {
  return bias.length;
}

/** The features of one example, without copying. */
export function featuresAt(
  { count, features }: Examples,
  index: number,
): Float32Array {
  const stride = features.length / count;
  return features.subarray(index * stride, (index + 1) * stride);
}

/** The examples at these indices, copied. */
export function pick(
  examples: Examples,
  indices: readonly number[],
): Examples {
  const stride = examples.features.length / (examples.count || 1);
  const features = new Float32Array(indices.length * stride);
  indices.forEach((index, i) =>
    features.set(featuresAt(examples, index), i * stride)
  );
  return {
    count: indices.length,
    features,
    labels: examples.labels.map((labels) =>
      Float32Array.from(indices, (index) => labels[index]!)
    ),
  };
}

/** A head with copies of its parameters. */
export function copyOf<T extends Head>(head: T): T {
  return { ...head, weight: head.weight.slice(), bias: head.bias.slice() };
}

/** The logits of one example, summed in double precision. */
export function logitsAt(
  { weight, bias }: Head,
  features: Float32Array,
): Float64Array {
  const inputs = weight.length / bias.length;
  return Float64Array.from(
    bias,
    (shift, row) =>
      dot(weight.subarray(row * inputs, (row + 1) * inputs), features) + shift,
  );
}

/** The logits by which a head's calibrated answer falls short of `margin`; undefined if it does not, or the label is unknown. */
export function shortfallOf(
  { spec, calibration }: Head,
  logits: Logits,
  label: number,
  margin: number,
): Shortfall | undefined {
  return isKnown(label)
    ? kindOf(spec).shortfall(spec, calibration, logits, label, margin)
    : undefined;
}

/** The standing of a known label among a head's calibrated answers. */
export function standingOf(
  math: MathKernels,
  { spec, calibration }: Head,
  logits: Logits,
  label: number,
): Standing {
  return kindOf(spec).standing(math, spec, calibration, logits, label);
}
