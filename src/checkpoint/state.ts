/**
 * A model state as the tensors and metadata of a safetensors file; back again in
 * state_reader.ts.
 *
 * Tensors are named as PyTorch would name them, `[out, in]`; moments are
 * `optim.<tensor>.<slot>` and `optim.<tensor>.step`; labels of kept examples are
 * `replay.labels.<head>` and `guard.labels.<head>`, NaN where there is none. Everything
 * else, such as the heads, is JSON in the file's metadata.
 *
 * The first weight of a finished model was rounded to bytes, and is stored as such:
 * `trunk.0.weight` [H, I] of I8 and `trunk.0.weight.scale` [H], whose product, row
 * by row, is the weight (PyTorch: `weight.float() * scale[:, None]`).
 *
 * @module
 */

import { BYTE_WEIGHT, exactBytes } from "../model/quantize.ts";
import type {
  ModelDescription,
  ModelState,
  ServingModel,
  Snapshot,
  Standardization,
} from "../model/state.ts";
import { type Sizes, tensorSpecs } from "../model/sizes.ts";
import { bytesOf, type DType, type TensorData } from "./safetensors.ts";
import { BEST, FORMAT, labelsName, scaleOf } from "./state_description.ts";

/**
 * The tensors and metadata of a state, as {@linkcode encodeSafetensors} takes them.
 * If `bytes` is false, all weights are written as floats.
 */
export function tensorsOf(
  state: ModelState,
  { bytes = true } = {},
): { tensors: TensorData[]; metadata: Record<string, string> } {
  const tensors: TensorData[] = [];
  const add: AddTensor = (name, dtype, shape, values) =>
    tensors.push({ name, dtype, shape, data: bytesOf(values) });

  addSnapshot(add, "", state.sizes, state, bytes);
  if (state.best) addSnapshot(add, BEST, state.sizes, state.best, false);
  addStandardization(add, state.standardization);
  for (const part of ["replay", "guard"] as const) {
    const examples = state[part];
    if (examples === undefined) continue;
    const { length, descriptors, labels } = examples;
    add(
      `${part}.descriptors`,
      "U8",
      [length, state.sizes.inputs],
      descriptors,
    );
    state.sizes.heads.forEach((head, h) =>
      add(labelsName(part, head), "F64", [length], labels[h]!)
    );
  }
  return { tensors, metadata: metadataOf(state) };
}

/**
 * The tensors and metadata that prediction needs and nothing else: no moments, no
 * examples, no training record.
 */
export function servingTensorsOf(
  model: ServingModel,
): { tensors: TensorData[]; metadata: Record<string, string> } {
  const { sizes, parameters, byteWeight, standardization } = model;
  const tensors: TensorData[] = [];
  const add: AddTensor = (name, dtype, shape, values) =>
    tensors.push({ name, dtype, shape, data: bytesOf(values) });
  for (const { name, shape } of tensorSpecs(sizes)) {
    if (name === BYTE_WEIGHT && byteWeight !== undefined) {
      add(name, "I8", shape, byteWeight.values);
      add(scaleOf(name), "F32", [shape[0]], byteWeight.scale);
    } else add(name, "F32", shape, parameters.get(name)!);
  }
  addStandardization(add, standardization);
  return { tensors, metadata: metadataOf({ ...model, training: {} }) };
}

type AddTensor = (
  name: string,
  dtype: DType,
  shape: readonly number[],
  values: ArrayBufferView,
) => void;

function addSnapshot(
  add: AddTensor,
  prefix: string,
  sizes: Sizes,
  { parameters, moments }: Snapshot,
  bytes: boolean,
): void {
  for (const { name, shape } of tensorSpecs(sizes)) {
    const values = parameters.get(name)!;
    const rounded = bytes && name === BYTE_WEIGHT
      ? exactBytes(values, shape[0])
      : undefined;
    if (rounded === undefined) add(prefix + name, "F32", shape, values);
    else {
      add(name, "I8", shape, rounded.values);
      add(scaleOf(name), "F32", [shape[0]], rounded.scale);
    }
    const moment = moments.get(name);
    if (moment === undefined) continue;
    add(`${prefix}optim.${name}.step`, "I32", [], Int32Array.of(moment.step));
    for (const [slot, values] of moment.slots) {
      add(`${prefix}optim.${name}.${slot}`, "F32", shape, values);
    }
  }
}

function addStandardization(
  add: AddTensor,
  { mean, inverseDeviation }: Standardization,
): void {
  const shape = [mean.length];
  add("standardization.mean", "F32", shape, mean);
  add("standardization.inverse_deviation", "F32", shape, inverseDeviation);
}

function metadataOf(state: ModelDescription): Record<string, string> {
  const { sizes, preprocessing, calibration, optimizer, training } = state;
  const { inputs, hidden, heads } = sizes;
  const parts = {
    sizes: { inputs, hidden },
    heads,
    preprocessing,
    calibration,
    optimizer,
    training,
  };
  return {
    format: FORMAT,
    ...Object.fromEntries(
      Object.entries(parts).map(([key, part]) => [key, JSON.stringify(part)]),
    ),
  };
}
