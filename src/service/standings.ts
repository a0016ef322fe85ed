/** Where the labels of a request stand among the answers, before a change and after it. @module */

import { isKnown, sevenDigits, type Standing } from "../heads/head.ts";
import { type HeadSpec, kindOf, widthOf } from "../heads/kinds.ts";
import type { MathKernels } from "../kernels/math.ts";
import { layerOf } from "../model/sizes.ts";
import type { BeforeAfter, HeadsRecord } from "../store/manifest.ts";
import type { Parameters } from "./network.ts";
import type { FeatureRows } from "./pool.ts";

/** What became of one label of an example. */
export interface LabelAnswer {
  readonly label: string | number | boolean;
  /** p(label) in [0, 1]; of a quantity, its likelihood relative to that of the estimate. */
  readonly probability: BeforeAfter;
  /** 1 + the number of answers that are likelier. */
  readonly rank: BeforeAfter;
}

/** What became of an example: a part for each head that it has a label of. */
export interface ExampleAnswer {
  readonly used: boolean;
  /** Why it was not used; null if it was. */
  readonly reason: string | null;
  readonly [head: string]: boolean | string | null | LabelAnswer;
}

/** What became of the examples of a request. */
export interface Standings {
  /** By the head's name, for each example. */
  readonly labels: readonly Readonly<Record<string, LabelAnswer>>[];
  /** Σ over the heads of the mean calibrated loss of the labelled examples. */
  readonly loss: BeforeAfter;
  /** ‖∂L/∂(weights, biases of the heads)‖₂ of the request before the change, uncalibrated. */
  readonly gradientNorm: number;
}

/** Compares what heads say of labelled features. */
export function standingsOf(
  kernels: MathKernels,
  { heads, calibration }: HeadsRecord,
  before: Parameters,
  after: Parameters,
  examples: FeatureRows,
): Standings {
  const labels = Array.from(
    { length: examples.length },
    (): Record<string, LabelAnswer> => ({}),
  );
  const loss = { before: 0, after: 0 };
  let square = 0;
  heads.forEach((head, h) => {
    const kind = kindOf(head);
    const how = calibration[head.name]!;
    const rows = [...labels.keys()].filter((n) =>
      isKnown(examples.labels[h]![n]!)
    );
    const slopes: Float32Array[] = [];
    for (const n of rows) {
      const label = examples.labels[h]![n]!;
      const target = kind.target(head, label);
      const standing = (parameters: Parameters) => {
        const logits = logitsOf(head, parameters, examples, n);
        return {
          logits,
          ...kind.standing(kernels, head, how, logits, target),
        };
      };
      const [then, now] = [standing(before), standing(after)];
      labels[n]![head.name] = {
        label: kind.show(head, label),
        probability: pair(
          then,
          now,
          ({ probability }) => sevenDigits(probability),
        ),
        rank: pair(then, now, ({ rank }) => rank),
      };
      loss.before += then.loss / rows.length;
      loss.after += now.loss / rows.length;
      const slope = new Float32Array(widthOf(head));
      kind.slope(kernels, then.logits, target, slope);
      slopes.push(slope.map((value) => value / rows.length));
    }
    square += squaredNorm(slopes, rows.map((n) => featuresAt(examples, n)));
  });
  return { labels, loss, gradientNorm: Math.sqrt(square) };
}

function pair(
  before: Standing,
  after: Standing,
  of: (standing: Standing) => number,
): BeforeAfter {
  return { before: of(before), after: of(after) };
}

function featuresAt(
  { features, length }: FeatureRows,
  row: number,
): Float32Array {
  const stride = features.length / length;
  return features.subarray(row * stride, (row + 1) * stride);
}

/** One head's logits of one example, summed in double precision. */
function logitsOf(
  head: HeadSpec,
  parameters: Parameters,
  examples: FeatureRows,
  row: number,
): Float64Array {
  const weight = parameters.get(`${layerOf(head)}.weight`)!;
  const logits = Float64Array.from(parameters.get(`${layerOf(head)}.bias`)!);
  const inputs = weight.length / logits.length;
  const x = featuresAt(examples, row);
  for (let c = 0, at = 0; c < logits.length; c++) {
    for (let i = 0; i < inputs; i++, at++) logits[c]! += weight[at]! * x[i]!;
  }
  return logits;
}

/** ‖Σ_n g_n [x_n, 1]ᵀ‖² = Σ_nm (g_n·g_m)(x_n·x_m + 1), without the matrix. */
function squaredNorm(
  slopes: readonly Float32Array[],
  features: readonly Float32Array[],
): number {
  let sum = 0;
  slopes.forEach((g, n) =>
    slopes.forEach((other, m) => {
      sum += dot(g, other) * (dot(features[n]!, features[m]!) + 1);
    })
  );
  return Math.max(0, sum);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Largest change of a parameter ÷ (steps · learning rate); 0 steps count as one. */
export function updateRatio(
  before: Parameters,
  after: Parameters,
  steps: number,
  learningRate: number,
): number {
  let largest = 0;
  for (const [name, values] of after) {
    const old = before.get(name)!;
    if (old === values) continue;
    values.forEach((value, i) =>
      largest = Math.max(largest, Math.abs(value - old[i]!))
    );
  }
  return largest / (Math.max(1, steps) * learningRate);
}
