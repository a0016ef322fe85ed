/** The sizes of the dual-head MLP, and what they imply. @module */

/** Everything that fixes the shape of every tensor. Nothing else in the core knows 3 or 31. */
export interface Sizes {
  /** Length I of a descriptor. */
  readonly inputs: number;
  /** Width of each trunk layer, from the input on; may be empty. */
  readonly hidden: readonly number[];
  /** Number D of capture domains. */
  readonly domains: number;
  /** Number K of items. */
  readonly items: number;
}

/** A tensor by its PyTorch name and `[out, in]` or `[out]` shape. */
export interface TensorSpec {
  readonly name: string;
  readonly shape: readonly [number] | readonly [number, number];
}

/**
 * Checks that sizes can be built.
 *
 * @throws {RangeError} If a size is not a whole number of at least 1.
 */
export function checkSizes(sizes: Sizes): void {
  const named: [string, number][] = [
    ["inputs", sizes.inputs],
    ["domains", sizes.domains],
    ["items", sizes.items],
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
}

/** Width of the trunk's output: what the heads read. */
export function featureCount(sizes: Sizes): number {
  return sizes.hidden.at(-1) ?? sizes.inputs;
}

/** The layers in the order of the parameter table: trunk first, then domain and item head. */
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
    { name: "head.domain", inputs: features, outputs: sizes.domains },
    { name: "head.item", inputs: features, outputs: sizes.items },
  ];
}

/** Every parameter tensor, in the order of the parameter table. */
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
