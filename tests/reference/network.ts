/**
 * The dual-head MLP and its composite loss in doubles and plain loops: the twin
 * that the real forward pass and gradients are held against.
 *
 * @module
 */

import { layerSpecs, type Sizes } from "../../src/model/sizes.ts";

/** Row-major parameters by tensor name. */
export type Parameters = Map<string, Float64Array>;

/** One example: its input, its two labels (−1: not known), and what is mixed into them. */
export interface Row {
  readonly input: readonly number[];
  /** A second input, such as the mirror image, whose logits count as much. */
  readonly second?: readonly number[];
  readonly domain: number;
  readonly item: number;
  readonly otherDomain?: number;
  readonly otherItem?: number;
  readonly share?: number;
}

/** Composite logits of one input: domains, then items. */
export function logitsOf(
  sizes: Sizes,
  parameters: Parameters,
  input: readonly number[],
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
  for (const { name, outputs } of specs.slice(0, -2)) {
    x = linear(name, outputs).map((value) => Math.max(0, value));
  }
  return specs.slice(-2).flatMap(({ name, outputs }) => linear(name, outputs));
}

/** Composite logits of one example: the mean over its inputs. */
export function meanLogitsOf(
  sizes: Sizes,
  parameters: Parameters,
  { input, second = input }: Row,
): number[] {
  const other = logitsOf(sizes, parameters, second);
  return logitsOf(sizes, parameters, input).map((z, c) => (z + other[c]!) / 2);
}

/** L_domain + L_item, each a mean over the rows that have that label. */
export function lossOf(
  sizes: Sizes,
  parameters: Parameters,
  rows: readonly Row[],
  smoothing = 0,
): number {
  const logits = rows.map((row) => meanLogitsOf(sizes, parameters, row));
  const domain = headLoss(
    logits.map((z) => z.slice(0, sizes.domains)),
    rows.map((
      row,
    ) => [row.domain, row.otherDomain ?? row.domain, row.share ?? 1]),
    smoothing,
  );
  const item = headLoss(
    logits.map((z) => z.slice(sizes.domains)),
    rows.map((row) => [row.item, row.otherItem ?? row.item, row.share ?? 1]),
    smoothing,
  );
  return domain + item;
}

function headLoss(
  logits: readonly number[][],
  labels: readonly [number, number, number][],
  smoothing: number,
): number {
  let sum = 0;
  let count = 0;
  logits.forEach((z, b) => {
    const [label, other, share] = labels[b]!;
    if (label < 0) return;
    count++;
    const largest = Math.max(...z);
    const logSum = largest +
      Math.log(z.reduce((s, v) => s + Math.exp(v - largest), 0));
    z.forEach((value, c) => {
      const plain = (c === label ? share : 0) + (c === other ? 1 - share : 0);
      sum -= ((1 - smoothing) * plain + smoothing / z.length) *
        (value - logSum);
    });
  });
  return count === 0 ? 0 : sum / count;
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
