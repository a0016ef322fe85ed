/**
 * The first layer of a trunk on bytes, from the descriptor to the hidden units:
 *
 *   h[o] = relu(b[o] + scale[o]·Σ_part 1/deviation_part·Σ_{i ∈ part} q[o, i]·(x[i] − mean[i]))
 *
 * Where the means are whole numbers, as training makes them, the inner sums are
 * exact. The rest of any other mean becomes part of the bias.
 *
 * @module
 */

import type { Allocator } from "../kernels/arena.ts";
import type { Kernels } from "../kernels/mod.ts";
import { PANEL, panelCount } from "../kernels/panels.ts";
import { bitsOf, sameBits } from "./bits.ts";
import type { ByteWeight } from "./quantize.ts";
import type { Standardization } from "./state.ts";

/** The name of the bias beside the weight in bytes. */
export const BYTE_BIAS = "trunk.0.bias";

/** Bytes of a weight, and inputs, that the kernel reads at a time. */
const BLOCK = 16;
/** Inputs whose products with bytes still fit a sum of 32 bits. */
const INPUT_LIMIT = 65_536;

/** Neighbouring inputs that share a standard deviation. */
export interface Part {
  /** The first of them. */
  readonly start: number;
  readonly length: number;
  /** Their place among the centred inputs, a multiple of 16. */
  readonly offset: number;
  readonly inverseDeviation: number;
}

/** The layer's memory. */
export interface ByteLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly parts: readonly Part[];
  /** Length of a row of centred inputs, with zeros behind each part. */
  readonly stride: number;
  /** One descriptor, part by part [stride]. */
  readonly descriptor: Uint8Array;
  /** The byte nearest to each mean, part by part [stride]. */
  readonly center: Uint8Array;
  /** Rows of 16-bit integers [capacity, stride]. */
  readonly centered: Uint8Array;
  /** [outputs, inputs], and room for the kernel to read on behind it. */
  readonly weight: Uint8Array;
  /** [outputs], padded to whole panels. */
  readonly scale: Float32Array;
  /** [outputs], padded to whole panels. */
  readonly bias: Float32Array;
}

/** Splits the inputs wherever the standard deviation changes. */
export function partsOf({ inverseDeviation }: Standardization): Part[] {
  const bits = bitsOf(inverseDeviation);
  const parts: Part[] = [];
  let offset = 0;
  for (let start = 0, end = 0; start < bits.length; start = end) {
    while (end < bits.length && bits[end] === bits[start]) end++;
    const length = end - start;
    const factor = inverseDeviation[start]!;
    parts.push({ start, length, offset, inverseDeviation: factor });
    offset += paddedTo(BLOCK, length);
  }
  return parts;
}

/**
 * Takes the memory for up to `capacity` rows.
 *
 * @throws {RangeError} If there are more inputs than its sums can hold.
 */
export function allocateByteLayer(
  allocate: Allocator,
  inputs: number,
  outputs: number,
  parts: readonly Part[],
  capacity: number,
): ByteLayer {
  if (inputs > INPUT_LIMIT) {
    throw new RangeError(
      `Cannot run a layer on bytes: expected at most ${INPUT_LIMIT} inputs, got ${inputs}`,
    );
  }
  const { offset, length } = parts.at(-1)!;
  const stride = offset + paddedTo(BLOCK, length);
  const width = panelCount(outputs) * PANEL;
  return {
    inputs,
    outputs,
    parts,
    stride,
    descriptor: allocate.bytes(stride),
    center: allocate.bytes(stride),
    centered: allocate.bytes(2 * capacity * stride),
    weight: allocate.bytes(outputs * inputs + BLOCK),
    scale: allocate.floats(width),
    bias: allocate.floats(width),
  };
}

/**
 * Copies a weight and a bias [outputs] into the layer, and the means that go with them.
 *
 * @throws {TypeError} If one of them is not of the layer's size.
 */
export function writeByteLayer(
  layer: ByteLayer,
  { values, scale }: ByteWeight,
  bias: Float32Array,
  { mean }: Standardization,
): void {
  const { outputs, inputs } = layer;
  checkLength("weight", values, outputs * inputs);
  checkLength("scale", scale, outputs);
  checkLength("bias", bias, outputs);
  checkLength("mean", mean, inputs);
  const center = new Uint8ClampedArray(mean); // rounds
  writeParts(layer, center, layer.center);
  layer.weight.set(
    new Uint8Array(values.buffer, values.byteOffset, values.length),
  );
  layer.scale.set(scale);
  layer.bias.set(bias);
  if (sameBits(mean, new Float32Array(center))) return;
  const remainder = mean.map((value, i) => value - center[i]!);
  for (let o = 0; o < outputs; o++) {
    const row = values.subarray(o * inputs, (o + 1) * inputs);
    let sum = 0;
    for (const { start, length, inverseDeviation } of layer.parts) {
      for (let i = start; i < start + length; i++) {
        sum += inverseDeviation * row[i]! * remainder[i]!;
      }
    }
    layer.bias[o] = bias[o]! - scale[o]! * sum;
  }
}

/** Writes a descriptor into row `row` of the layer's inputs. */
export function writeDescriptor(
  kernels: Kernels,
  layer: ByteLayer,
  descriptor: Uint8Array,
  row: number,
): void {
  writeParts(layer, descriptor, layer.descriptor);
  kernels.centerBytes(
    layer.descriptor.byteOffset,
    layer.center.byteOffset,
    layer.centered.byteOffset + 2 * row * layer.stride,
    layer.stride,
  );
}

/** Runs rows 0 … `rows` − 1 through the layer and its ReLU; out [rows, panels · 8]. */
export function forwardByteLayer(
  kernels: Kernels,
  layer: ByteLayer,
  rows: number,
  out: Float32Array,
): void {
  const width = layer.bias.length;
  for (let row = 0; row < rows; row++) out.set(layer.bias, row * width);
  for (const { start, length, offset, inverseDeviation } of layer.parts) {
    kernels.linearBytes(
      layer.centered.byteOffset + 2 * offset,
      layer.stride,
      layer.weight.byteOffset + start,
      layer.inputs,
      layer.scale.byteOffset,
      out.byteOffset,
      width,
      rows,
      layer.outputs,
      length,
      inverseDeviation,
    );
  }
  kernels.relu(out.byteOffset, rows * width);
}

function checkLength(
  name: string,
  { length }: ArrayLike<number>,
  expected: number,
): void {
  if (length === expected) return;
  throw new TypeError(
    `Cannot write the ${name} of the first layer: expected ${expected} values, got ${length}`,
  );
}

function writeParts(
  { parts }: ByteLayer,
  bytes: Uint8Array | Uint8ClampedArray,
  out: Uint8Array,
): void {
  for (const { start, length, offset } of parts) {
    out.set(bytes.subarray(start, start + length), offset);
  }
}

function paddedTo(multiple: number, length: number): number {
  return Math.ceil(length / multiple) * multiple;
}
