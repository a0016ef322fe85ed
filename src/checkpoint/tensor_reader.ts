/** Reading tensors of a file by type, with checks of their shapes. @module */

import { checkTensorValues } from "./judge.ts";
import type { SafetensorsReader } from "./safetensors_reader.ts";
import { checkTensor } from "./state_description.ts";

/**
 * Reads floats, and checks their values.
 *
 * @throws {CheckpointError} If they are missing, of another shape, or not finite.
 */
export async function readFloats(
  source: SafetensorsReader,
  name: string,
  shape: readonly number[],
): Promise<Float32Array> {
  checkTensor(source.header, name, shape);
  const { buffer, byteOffset, byteLength } = await source.read(name);
  const values = new Float32Array(buffer, byteOffset, byteLength / 4);
  checkTensorValues(name, values);
  return values;
}

/**
 * Reads whole numbers.
 *
 * @throws {CheckpointError} If they are missing or of another shape.
 */
export async function readInts(
  source: SafetensorsReader,
  name: string,
  shape: readonly number[],
): Promise<Int32Array> {
  checkTensor(source.header, name, shape, "I32");
  const { buffer, byteOffset, byteLength } = await source.read(name);
  return new Int32Array(buffer, byteOffset, byteLength / 4);
}

/**
 * Reads doubles.
 *
 * @throws {CheckpointError} If they are missing or of another shape.
 */
export async function readDoubles(
  source: SafetensorsReader,
  name: string,
  shape: readonly number[],
): Promise<Float64Array> {
  checkTensor(source.header, name, shape, "F64");
  const { buffer, byteOffset, byteLength } = await source.read(name);
  return new Float64Array(buffer, byteOffset, byteLength / 8);
}
