/** Small heads and examples to correct. @module */

import type {
  BinaryHead,
  ClassesHead,
  Examples,
  Head,
  NumberHead,
} from "../../src/correction/heads.ts";
import { Random } from "../../src/nn/prng.ts";

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

/** A head of each kind, with random numbers. */
export function toyHeads(
  random: Random,
): [ClassesHead, BinaryHead, NumberHead] {
  const linear = (rows: number) => ({
    weight: numbers(rows * FEATURES, random),
    bias: numbers(rows, random),
  });
  return [
    {
      name: "kind",
      kind: "classes",
      ...linear(5),
      calibration: { temperature: 0.8, offsets: [0.1, -0.2, 0, 0.3, 0] },
    },
    {
      name: "shaded",
      kind: "binary",
      ...linear(1),
      calibration: { temperature: 1.5, offsets: [0.2] },
    },
    { name: "turn", kind: "number", ...linear(1), tolerance: 0.1 },
  ];
}

/** Examples with random labels of {@linkcode toyHeads}, each missing as often as `missing` says. */
export function toyExamples(
  count: number,
  random: Random,
  missing = 0,
): Examples {
  const draw = (label: () => number, unknown: number) =>
    Float32Array.from(
      { length: count },
      () => random.uniform() < missing ? unknown : label(),
    );
  return {
    count,
    features: featureRows(count, random),
    labels: [
      draw(() => random.below(5), -1),
      draw(() => random.below(2), -1),
      draw(() => 2 * random.uniform() - 1, NaN),
    ],
  };
}

/** Every number of heads, to see whether one has changed. */
export function allNumbers(heads: readonly Head[]): Float32Array[] {
  return heads.flatMap(({ weight, bias }) => [weight.slice(), bias.slice()]);
}
