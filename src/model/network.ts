/**
 * An MLP of one trunk and several heads as named views of one block of memory.
 *
 *   h₀ = x,  hₗ = relu(Wₗ hₗ₋₁ + bₗ),  logits = [W₁ h + b₁ ; W₂ h + b₂ ; …], a part per head
 *
 * The parameters, their gradients and each optimizer moment are the same table
 * over different blocks. Weights lie in the kernels' panels (see
 * kernels/panels.ts), biases are padded to whole panels.
 *
 * @module
 */

import type { Allocator } from "../kernels/arena.ts";
import type { Kernels } from "../kernels/mod.ts";
import {
  packedLength,
  type Packer,
  packPanels,
  PANEL,
  panelCount,
  unpackPanels,
} from "../kernels/panels.ts";
import { widthOf } from "../heads/kinds.ts";
import { checkSizes, featureCount, layerSpecs, type Sizes } from "./sizes.ts";

/** One linear layer. */
export interface Linear {
  /** Prefix of its tensors' names, such as `trunk.0`. */
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly panels: number;
  /** Packed weights, length `packedLength(outputs, inputs)`. */
  readonly weight: Float32Array;
  /** Bias, length `panels · 8`. */
  readonly bias: Float32Array;
}

/** All layers of a model over one block. */
export interface Network {
  readonly sizes: Sizes;
  /** Every value, in table order; padding is zero and stays zero. */
  readonly all: Float32Array;
  readonly trunk: readonly Linear[];
  /** In the order of the composite output. */
  readonly heads: readonly Linear[];
}

/** One tensor of a network. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  /** The values as they lie in memory: packed for a weight, padded for a bias. */
  readonly values: Float32Array;
}

/**
 * Takes the block for a network of these sizes, all zero.
 *
 * @throws {RangeError} If these are the sizes of no model: {@linkcode checkSizes}.
 */
export function allocateNetwork(allocate: Allocator, sizes: Sizes): Network {
  checkSizes(sizes);
  const specs = layerSpecs(sizes).map((spec) => ({
    ...spec,
    panels: panelCount(spec.outputs),
  }));
  const all = allocate.floats(specs.reduce(
    (sum, { outputs, inputs, panels }) =>
      sum + packedLength(outputs, inputs) + panels * PANEL,
    0,
  ));
  let offset = 0;
  const take = (length: number) => all.subarray(offset, offset += length);
  const layers = specs.map((spec): Linear => ({
    ...spec,
    weight: take(packedLength(spec.outputs, spec.inputs)),
    bias: take(spec.panels * PANEL),
  }));
  const depth = sizes.hidden.length;
  const [trunk, heads] = [layers.slice(0, depth), layers.slice(depth)];
  return { sizes, all, trunk, heads };
}

/** The layers in table order. */
export function layersOf(network: Network): Linear[] {
  return [...network.trunk, ...network.heads];
}

/** The tensors in table order, named as PyTorch would. */
export function parametersOf(network: Network): Parameter[] {
  return layersOf(network).flatMap((
    { name, inputs, outputs, weight, bias },
  ): Parameter[] => [
    { name: `${name}.weight`, shape: [outputs, inputs], values: weight },
    { name: `${name}.bias`, shape: [outputs], values: bias },
  ]);
}

/**
 * Copies row-major `[out, in]` or `[out]` values into a tensor's place.
 *
 * @param pack Packs a weight.
 */
export function writeParameter(
  parameter: Parameter,
  rowMajor: Float32Array,
  pack: Packer = packPanels,
): void {
  const [outputs, inputs] = parameter.shape as [number, number?];
  if (rowMajor.length !== outputs * (inputs ?? 1)) {
    throw new TypeError(
      `Cannot write ${parameter.name}: expected ${
        outputs * (inputs ?? 1)
      } values, got ${rowMajor.length}`,
    );
  }
  if (inputs === undefined) parameter.values.set(rowMajor);
  else pack(rowMajor, outputs, inputs, parameter.values);
}

/** A tensor's values, row-major `[out, in]` or `[out]`, copied out. */
export function readParameter(parameter: Parameter): Float32Array {
  const [outputs, inputs] = parameter.shape as [number, number?];
  if (inputs === undefined) return parameter.values.slice(0, outputs);
  const rowMajor = new Float32Array(outputs * inputs);
  unpackPanels(parameter.values, outputs, inputs, rowMajor);
  return rowMajor;
}

/**
 * The number of rows of the network that tell of one example: the image, or the image and
 * its mirror image. Of n examples, rows b and n + b belong together.
 */
export type RowsPerExample = 1 | 2;

/** Room for all that a forward pass writes, for up to `capacity` rows. */
export interface Activations {
  readonly capacity: number;
  readonly rowsPerExample: RowsPerExample;
  /** Input rows [capacity, inputStride]. */
  readonly inputs: Float32Array;
  readonly inputStride: number;
  /** Output of each trunk layer [capacity, panels · 8], after the ReLU. */
  readonly hidden: readonly Float32Array[];
  /** The composite output [capacity, logitStride]: head h from column `columns[h]` on. */
  readonly logits: Float32Array;
  readonly logitStride: number;
  readonly columns: readonly number[];
}

/** Takes the blocks for forward passes of up to `capacity` rows. */
export function allocateActivations(
  allocate: Allocator,
  sizes: Sizes,
  capacity: number,
  rowsPerExample: RowsPerExample,
): Activations {
  const inputStride = panelCount(sizes.inputs) * PANEL;
  let logitStride = 0;
  const columns = sizes.heads.map((head) => {
    const column = logitStride;
    logitStride += panelCount(widthOf(head)) * PANEL;
    return column;
  });
  return {
    capacity,
    rowsPerExample,
    inputs: allocate.floats(capacity * inputStride),
    inputStride,
    hidden: sizes.hidden.map((width) =>
      allocate.floats(capacity * panelCount(width) * PANEL)
    ),
    logits: allocate.floats(capacity * logitStride),
    logitStride,
    columns,
  };
}

/** Row stride of the values that the heads read. */
export function featureStride(sizes: Sizes): number {
  return panelCount(featureCount(sizes)) * PANEL;
}

/** The block that the heads read: the last hidden layer, or the inputs where there is no trunk. */
export function featuresOf(activations: Activations): Float32Array {
  return activations.hidden.at(-1) ?? activations.inputs;
}

/**
 * Runs rows 0 … `rows` − 1 of `activations.inputs` through the trunk.
 * `masks[l]`, where given, multiplies the output of layer l (dropout).
 */
export function forwardTrunk(
  kernels: Kernels,
  network: Network,
  activations: Activations,
  rows: number,
  masks?: readonly Float32Array[],
): void {
  let x = activations.inputs;
  let stride = activations.inputStride;
  network.trunk.forEach((layer, l) => {
    const y = activations.hidden[l]!;
    forwardLinear(kernels, layer, x, stride, y, 0, layer.panels * PANEL, rows);
    const count = rows * layer.panels * PANEL;
    kernels.relu(y.byteOffset, count);
    const mask = masks?.[l];
    if (mask !== undefined) {
      kernels.multiply(y.byteOffset, mask.byteOffset, count);
    }
    x = y;
    stride = layer.panels * PANEL;
  });
}

/** Runs the heads on the features of rows 0 … `rows` − 1, writing the composite logits. */
export function forwardHeads(
  kernels: Kernels,
  network: Network,
  activations: Activations,
  rows: number,
): void {
  const { logits, logitStride, columns } = activations;
  const x = featuresOf(activations);
  const stride = featureStride(network.sizes);
  network.heads.forEach((head, h) =>
    forwardLinear(
      kernels,
      head,
      x,
      stride,
      logits,
      columns[h]!,
      logitStride,
      rows,
    )
  );
}

/**
 * Runs the whole network on the rows of `examples` examples; `masks` as in
 * {@linkcode forwardTrunk}. Row b of the composite logits is then the mean over
 * the rows of example b.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createArena } from "../kernels/arena.ts";
 *
 * const sizes = {
 *   inputs: 8,
 *   hidden: [],
 *   heads: [{ name: "shaded", kind: "binary" as const }],
 * };
 * const { kernels, views } = await createArena((allocate) => ({
 *   network: allocateNetwork(allocate, sizes),
 *   activations: allocateActivations(allocate, sizes, 1, 1),
 * }));
 * const { network, activations } = views;
 * const [weight, bias] = parametersOf(network);
 * writeParameter(weight!, new Float32Array(8).fill(0.5));
 * writeParameter(bias!, Float32Array.of(1));
 * activations.inputs.fill(2, 0, 8);
 * forward(kernels, network, activations, 1);
 *
 * assertEquals(activations.logits[0], 8 * 0.5 * 2 + 1);
 * ```
 */
export function forward(
  kernels: Kernels,
  network: Network,
  activations: Activations,
  examples: number,
  masks?: readonly Float32Array[],
): void {
  const { logits, logitStride, rowsPerExample } = activations;
  const rows = examples * rowsPerExample;
  forwardTrunk(kernels, network, activations, rows, masks);
  forwardHeads(kernels, network, activations, rows);
  averageExamples(kernels, activations, logits, logitStride, examples);
}

/**
 * Leaves the mean over the rows of example b in row b of a block. The heads are
 * linear: the mean of features leads to the mean of logits.
 */
export function averageExamples(
  kernels: Kernels,
  { rowsPerExample }: Pick<Activations, "rowsPerExample">,
  block: Float32Array,
  stride: number,
  examples: number,
): void {
  if (rowsPerExample === 1) return;
  const length = examples * stride;
  const second = block.byteOffset + 4 * length;
  kernels.interpolate(block.byteOffset, second, length, 0.5);
}

function forwardLinear(
  kernels: Kernels,
  layer: Linear,
  x: Float32Array,
  xStride: number,
  y: Float32Array,
  yColumn: number,
  yStride: number,
  rows: number,
): void {
  kernels.linearForward({
    x: x.byteOffset,
    xStride,
    w: layer.weight.byteOffset,
    b: layer.bias.byteOffset,
    y: y.byteOffset + 4 * yColumn,
    yStride,
    batch: rows,
    inputs: layer.inputs,
    panels: layer.panels,
  });
}
