/**
 * The MLP of several heads and its composite loss in doubles and plain loops: the twin
 * that the real forward pass and gradients are held against.
 *
 * @module
 */

import type { HeadSpec } from "../../src/heads/kinds.ts";
import { layerSpecs, type Sizes } from "../../src/model/sizes.ts";
import { crossEntropy, type Target } from "./loss.ts";
import {
  type ScalarTarget,
  sigmoidCrossEntropy,
  squaredError,
} from "./scalar_loss.ts";

/** Row-major parameters by tensor name. */
export type Parameters = Map<string, Float64Array>;

/** One example: its input, its labels (NaN: not known), and what is mixed into them. */
export interface Row {
  readonly input: readonly number[];
  /** A second input, such as the mirror image, whose logits count as much. */
  readonly second?: readonly number[];
  /** Factors of the units of each trunk layer, for the first input alone: dropout. */
  readonly masks?: readonly (readonly number[])[];
  /** In the heads' order: a class, 0 or 1, or a standardized quantity. */
  readonly labels: readonly number[];
  readonly others?: readonly number[];
  readonly share?: number;
}

/** Composite logits of one input, head after head. */
export function logitsOf(
  sizes: Sizes,
  parameters: Parameters,
  input: readonly number[],
  masks?: Row["masks"],
): number[] {
  const specs = layerSpecs(sizes);
  let x = [...input];
  const linear = (name: string, outputs: number) =>
    Array.from({ length: outputs }, (_, o) =>
      x.reduce(
        (sum, value, i) =>
          sum + value * parameters.get(`${name}.weight`)![o * x.length + i]!,
        parameters.get(`${name}.bias`)![o]!,
      ));
  specs.slice(0, sizes.hidden.length).forEach(({ name, outputs }, l) => {
    const factors = masks?.[l];
    x = linear(name, outputs).map((value, unit) =>
      Math.max(0, value) * (factors?.[unit] ?? 1)
    );
  });
  return specs.slice(sizes.hidden.length).flatMap(({ name, outputs }) =>
    linear(name, outputs)
  );
}

/** Composite logits of one example: the mean over its inputs. */
export function meanLogitsOf(
  sizes: Sizes,
  parameters: Parameters,
  { input, second, masks }: Row,
): number[] {
  const logits = logitsOf(sizes, parameters, input, masks);
  if (second === undefined) return logits;
  const other = logitsOf(sizes, parameters, second);
  return logits.map((z, c) => (z + other[c]!) / 2);
}

/** Σ wₕ·Lₕ, each a mean over the rows that have that label. */
export function lossOf(
  sizes: Sizes,
  parameters: Parameters,
  rows: readonly Row[],
  { smoothing = 0, weights = [] }: {
    smoothing?: number;
    weights?: readonly number[];
  } = {},
): number {
  const logits = rows.map((row) => meanLogitsOf(sizes, parameters, row));
  let column = 0;
  return sizes.heads.reduce((sum, head, h) => {
    const width = head.kind === "classes" ? head.labels.length : 1;
    const own = logits.map((z) => z.slice(column, column + width));
    column += width;
    const targets = rows.map(({ labels, others = labels, share = 1 }) => ({
      label: labels[h]!,
      otherLabel: others[h]!,
      weight: share,
    }));
    return sum + (weights[h] ?? 1) * headLoss(head, own, targets, smoothing);
  }, 0);
}

function headLoss(
  { kind }: HeadSpec,
  logits: readonly number[][],
  targets: readonly ScalarTarget[],
  smoothing: number,
): number {
  const count = targets.filter(({ label }) => !Number.isNaN(label)).length;
  if (count === 0) return 0;
  const single = logits.map(([z]) => z!);
  const sums = {
    classes: () => crossEntropy(logits, targets.map(withoutNaN), smoothing),
    binary: () => sigmoidCrossEntropy(single, targets, smoothing),
    number: () => squaredError(single, targets),
  };
  return sums[kind]().loss / count;
}

function withoutNaN({ label, otherLabel, weight }: ScalarTarget): Target {
  const index = (value: number) => Number.isNaN(value) ? -1 : value;
  return { label: index(label), otherLabel: index(otherLabel), weight };
}

/** ∂f/∂θ of every parameter by central differences. */
export function centralDifferences(
  parameters: Parameters,
  f: () => number,
  h = 1e-5,
): Parameters {
  return new Map(Array.from(parameters, ([name, values]) => [
    name,
    values.map((value, i) => {
      values[i] = value + h;
      const above = f();
      values[i] = value - h;
      const below = f();
      values[i] = value;
      return (above - below) / (2 * h);
    }),
  ]));
}
