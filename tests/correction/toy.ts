/** Small heads and examples to correct. @module */

import type {
  ClassesHead,
  Examples,
  Head,
} from "../../src/correction/heads.ts";
import type { GrownClasses } from "../../src/correction/new_class.ts";
import type { BinaryCalibration } from "../../src/heads/binary.ts";
import { UNKNOWN } from "../../src/heads/head.ts";
import type { NumberCalibration, NumberHead } from "../../src/heads/number.ts";
import { Random } from "../../src/nn/prng.ts";
import { binaryHead, classesHead, numberHead } from "../heads/specs.ts";

/** Features of the toy trunk; not a multiple of 8, so that rows are padded. */
export const FEATURES = 12;
/** The length of a padded row. */
export const STRIDE = 16;

/** Numbers in [−1, 1). */
export function numbers(length: number, random: Random): Float32Array {
  return Float32Array.from({ length }, () => 2 * random.uniform() - 1);
}

/** Rows of features around a large common direction, with zeros behind each. */
export function featureRows(count: number, random: Random): Float32Array {
  const rows = new Float32Array(count * STRIDE);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < FEATURES; i++) {
      rows[row * STRIDE + i] = 2 + (1 + i % 3) * (2 * random.uniform() - 1);
    }
  }
  return rows;
}

/** A head that says yes or no. */
export interface Binary extends Head {
  readonly calibration: BinaryCalibration;
}

/** A head that estimates a quantity. */
export interface Quantity extends Head {
  readonly spec: NumberHead;
  readonly calibration: NumberCalibration;
}

/** A head of each kind, with random numbers. */
export function toyHeads(random: Random): [ClassesHead, Binary, Quantity] {
  const linear = (rows: number) => ({
    weight: numbers(rows * FEATURES, random),
    bias: numbers(rows, random),
  });
  return [
    {
      spec: classesHead("kind", 5),
      ...linear(5),
      calibration: { temperature: 0.8, offsets: [0.1, -0.2, 0, 0.3, 0] },
    },
    {
      spec: binaryHead("shaded"),
      ...linear(1),
      calibration: { temperature: 1.5, offset: 0.2 },
    },
    {
      spec: numberHead("turn", 40, 20),
      ...linear(1),
      calibration: { deviation: 2 },
    },
  ];
}

/** The first of {@linkcode toyHeads}, with logits of a few units, as trained heads have them. */
export function mildHead(random: Random): ClassesHead {
  const [head] = toyHeads(random);
  return { ...head, weight: head.weight.map((value) => 0.3 * value) };
}

/** Examples with random labels of {@linkcode toyHeads}, each missing as often as `missing` says. */
export function toyExamples(
  count: number,
  random: Random,
  missing = 0,
): Examples {
  const draw = (label: () => number) =>
    Float32Array.from(
      { length: count },
      () => random.uniform() < missing ? UNKNOWN : label(),
    );
  return {
    count,
    features: featureRows(count, random),
    labels: [
      draw(() => random.below(5)),
      draw(() => random.below(2)),
      draw(() => 2 * random.uniform() - 1),
    ],
  };
}

/** The description and calibration of a head with one more class. */
export function grownBy(
  label: string,
  { spec, calibration }: ClassesHead,
): GrownClasses {
  return {
    spec: { ...spec, labels: [...spec.labels, label] },
    calibration: { ...calibration, offsets: [...calibration.offsets, 0] },
  };
}

/** Every number of heads, to see whether one has changed. */
export function allNumbers(heads: readonly Head[]): Float32Array[] {
  return heads.flatMap(({ weight, bias }) => [weight.slice(), bias.slice()]);
}
