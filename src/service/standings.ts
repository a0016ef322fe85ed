/** The probabilities and ranks of a request's labels, before a change and after it. @module */

import {
  type Examples,
  examplesFrom,
  featuresAt,
  type Head,
  logitsAt,
  rowsOf,
  standingOf,
} from "../correction/heads.ts";
import { isKnown, sevenDigits, type Standing } from "../heads/head.ts";
import { kindOf } from "../heads/kinds.ts";
import type { MathKernels } from "../kernels/math.ts";
import { dot } from "../nn/dot.ts";
import type { BeforeAfter } from "../store/manifest.ts";
import type { Parameters } from "./network.ts";
import type { FeatureRows } from "./pool.ts";

/** The effect on one label of an example. */
export interface LabelAnswer {
  readonly label: string | number | boolean;
  /** p(label) in [0, 1]; of a quantity, its likelihood relative to that of the estimate. */
  readonly probability: BeforeAfter;
  /** 1 + the number of answers that are likelier. */
  readonly rank: BeforeAfter;
}

/** The effect on an example, with a field for each head that it has a label for. */
export interface ExampleAnswer {
  readonly used: boolean;
  /** Why it was not used; null if it was. */
  readonly reason: string | null;
  readonly [head: string]: boolean | string | null | LabelAnswer;
}

/** The effect on the examples of a request. */
export interface Standings {
  /** By the head's name, for each example. */
  readonly labels: readonly Readonly<Record<string, LabelAnswer>>[];
  /** Σ over the heads of the mean calibrated loss of the labelled examples. */
  readonly loss: BeforeAfter;
  /** ‖∂L/∂(weights, biases of the heads)‖₂ of the request before the change, uncalibrated. */
  readonly gradientNorm: number;
}

/** Compares the answers of the same heads for labelled features before a change and after it. */
export function standingsOf(
  kernels: MathKernels,
  before: readonly Head[],
  after: readonly Head[],
  examples: FeatureRows,
): Standings {
  const rows = examplesFrom(before.map(({ spec }) => spec), examples);
  const labels = Array.from(
    { length: rows.count },
    (): Record<string, LabelAnswer> => ({}),
  );
  const loss = { before: 0, after: 0 };
  let square = 0;
  before.forEach((head, h) => {
    const compared = compare(kernels, head, after[h]!, rows, h);
    const { spec } = head;
    for (const { n, before, after } of compared) {
      const label = kindOf(spec).show(spec, examples.labels[h]![n]!);
      labels[n]![spec.name] = labelAnswer(label, before, after);
      loss.before += before.loss / compared.length;
      loss.after += after.loss / compared.length;
    }
    square += squaredNorm(compared);
  });
  return { labels, loss, gradientNorm: Math.sqrt(square) };
}

/** A labelled example of one head. */
interface Compared {
  /** Its row among the examples. */
  readonly n: number;
  readonly features: Float32Array;
  readonly before: Standing;
  readonly after: Standing;
  /** ∂L/∂z before the change, for the mean over the labelled examples. */
  readonly slope: Float32Array;
}

/** Compares one head before a change and after it, on the examples that have a label of it. */
function compare(
  kernels: MathKernels,
  head: Head,
  changed: Head,
  rows: Examples,
  h: number,
): Compared[] {
  const targets = rows.labels[h]!;
  const labelled = [...targets.keys()].filter((n) => isKnown(targets[n]!));
  return labelled.map((n) => {
    const [features, target] = [featuresAt(rows, n), targets[n]!];
    const logits = logitsAt(head, features);
    const before = standingOf(kernels, head, logits, target);
    const after = changed === head
      ? before
      : standingOf(kernels, changed, logitsAt(changed, features), target);
    const slope = new Float32Array(rowsOf(head));
    kindOf(head.spec).slope(kernels, logits, target, slope);
    return {
      n,
      features,
      before,
      after,
      slope: slope.map((value) => value / labelled.length),
    };
  });
}

function labelAnswer(
  label: LabelAnswer["label"],
  before: Standing,
  after: Standing,
): LabelAnswer {
  return {
    label,
    probability: {
      before: sevenDigits(before.probability),
      after: sevenDigits(after.probability),
    },
    rank: { before: before.rank, after: after.rank },
  };
}

/** ‖Σ_n g_n [x_n, 1]ᵀ‖² = Σ_nm (g_n·g_m)(x_n·x_m + 1), without the matrix. */
function squaredNorm(compared: readonly Compared[]): number {
  let sum = 0;
  for (const { slope, features } of compared) {
    for (const other of compared) {
      sum += dot(slope, other.slope) * (dot(features, other.features) + 1);
    }
  }
  return Math.max(0, sum);
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
