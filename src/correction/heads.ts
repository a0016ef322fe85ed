/**
 * Heads as corrections see them: linear maps of the trunk's features, each of one
 * kind. Nothing here changes in place: a corrected head is a new value.
 *
 * @module
 */

/** How logits z become probabilities: softmax, or the logistic function, of (z + offsets) / temperature. */
export interface Calibration {
  /** > 0. */
  readonly temperature: number;
  /** One for each row of the head. */
  readonly offsets: readonly number[];
}

interface Linear {
  readonly name: string;
  /** Row-major [K, H]. */
  readonly weight: Float32Array;
  /** [K]. */
  readonly bias: Float32Array;
}

/** A choice among K classes. A label is a class's index, −1 where it is not known. */
export interface ClassesHead extends Linear {
  readonly kind: "classes";
  readonly calibration: Calibration;
}

/** Yes or no, by one logit. A label is 1 or 0, −1 where it is not known. */
export interface BinaryHead extends Linear {
  readonly kind: "binary";
  readonly calibration: Calibration;
}

/** A number, by one output. A label is the standardized target, NaN where it is not known. */
export interface NumberHead extends Linear {
  readonly kind: "number";
  /** How far from the target a corrected answer may stay, in standard deviations of the target, ≥ 0. */
  readonly tolerance: number;
}

/** A head of any kind. */
export type Head = ClassesHead | BinaryHead | NumberHead;

/** Labelled trunk outputs. */
export interface Examples {
  /** Number n of examples. */
  readonly count: number;
  /** [n, stride]: H features and zeros up to a multiple of 8. */
  readonly features: Float32Array;
  /** For each head its labels [n]. */
  readonly labels: readonly Float32Array[];
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

/** A head with copies of its numbers. */
export function copyOf<T extends Head>(head: T): T {
  return { ...head, weight: head.weight.slice(), bias: head.bias.slice() };
}

/** The logits of one example, summed in double precision. */
export function logitsAt(
  { weight, bias }: Head,
  features: Float32Array,
): Float64Array {
  const inputs = weight.length / bias.length;
  const logits = Float64Array.from(bias);
  for (let row = 0, at = 0; row < logits.length; row++) {
    let sum = 0;
    for (let i = 0; i < inputs; i++, at++) sum += weight[at]! * features[i]!;
    logits[row]! += sum;
  }
  return logits;
}
