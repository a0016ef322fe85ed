/** The sizes of an MLP of one trunk and several heads, and what they imply. @module */

import { headsFault, type HeadSpec, widthOf } from "../heads/kinds.ts";

/** Everything that fixes the name and shape of every tensor. */
export interface Sizes {
  /** Length I of a descriptor. */
  readonly inputs: number;
  /** Width of each trunk layer, from the input on; may be empty. */
  readonly hidden: readonly number[];
  /** The parts of the composite output, in its order. */
  readonly heads: readonly HeadSpec[];
}

/** A tensor by its PyTorch name and `[out, in]` or `[out]` shape. */
export interface TensorSpec {
  readonly name: string;
  readonly shape: readonly [number] | readonly [number, number];
}

/**
 * Checks that sizes can be built.
 *
 * @throws {RangeError} If a size is not a whole number of at least 1, or the heads
 * are none, not of different names, or not as their kinds want them.
 */
export function checkSizes(sizes: Sizes): void {
  const named: [string, number][] = [
    ["inputs", sizes.inputs],
    ...sizes.hidden.map((
      width,
      l,
    ): [string, number] => [`hidden[${l}]`, width]),
  ];
  for (const [name, size] of named) {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw new RangeError(
        `Cannot build a model: expected ${name} to be a whole number ≥ 1, got ${size}`,
      );
    }
  }
  const fault = headsFault(sizes.heads);
  if (fault !== undefined) {
    throw new RangeError(`Cannot build a model: expected ${fault}`);
  }
}

/** Width of the trunk's output: what the heads read. */
export function featureCount(sizes: Sizes): number {
  return sizes.hidden.at(-1) ?? sizes.inputs;
}

/** The layers in the order of the parameter table: the trunk first, then the heads. */
export function layerSpecs(
  sizes: Sizes,
): {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
}[] {
  const trunk = sizes.hidden.map((outputs, l) => ({
    name: `trunk.${l}`,
    inputs: sizes.hidden[l - 1] ?? sizes.inputs,
    outputs,
  }));
  const features = featureCount(sizes);
  return [
    ...trunk,
    ...sizes.heads.map((head) => ({
      name: layerOf(head),
      inputs: features,
      outputs: widthOf(head),
    })),
  ];
}

/** The name of a head's layer. */
export function layerOf({ name }: Pick<HeadSpec, "name">): string {
  return `head.${name}`;
}

/**
 * Every parameter tensor, in the order of the parameter table.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const sizes: Sizes = {
 *   inputs: 8,
 *   hidden: [16],
 *   heads: [
 *     { name: "item", kind: "classes", labels: ["mug", "pen", "ruler"] },
 *     { name: "shaded", kind: "binary" },
 *   ],
 * };
 *
 * assertEquals(tensorSpecs(sizes).map(({ name }) => name), [
 *   "trunk.0.weight",
 *   "trunk.0.bias",
 *   "head.item.weight",
 *   "head.item.bias",
 *   "head.shaded.weight",
 *   "head.shaded.bias",
 * ]);
 * assertEquals(parameterCount(sizes), 16 * 9 + 3 * 17 + 17);
 * ```
 */
export function tensorSpecs(sizes: Sizes): TensorSpec[] {
  return layerSpecs(sizes).flatMap((
    { name, inputs, outputs },
  ): TensorSpec[] => [
    { name: `${name}.weight`, shape: [outputs, inputs] },
    { name: `${name}.bias`, shape: [outputs] },
  ]);
}

/** Number P of parameters. */
export function parameterCount(sizes: Sizes): number {
  return tensorSpecs(sizes).reduce(
    (sum, { shape }) =>
      sum + shape.reduce((product: number, size) => product * size, 1),
    0,
  );
}

/** The number of values in the largest tensor. */
export function longestTensor(sizes: Sizes): number {
  return Math.max(
    ...tensorSpecs(sizes).map(({ shape: [outputs, inputs = 1] }) =>
      outputs * inputs
    ),
  );
}
