/**
 * A model state as the tensors and metadata of a safetensors file; back again in
 * state_reader.ts.
 *
 * Tensors are named as PyTorch would name them, `[out, in]`; moments are
 * `optim.<tensor>.<slot>` and `optim.<tensor>.step`. What is not a tensor is
 * JSON in the file's metadata.
 *
 * @module
 */

import type { ModelDescription, ModelState, Snapshot } from "../model/state.ts";
import { type Sizes, tensorSpecs } from "../model/sizes.ts";
import type { DType, TensorData } from "./safetensors.ts";

/** Marks our files, and the version of what this module writes into them. */
export const FORMAT = "tandem-1";

/** Prefix of the best weights so far, in the checkpoint of a run that is not finished. */
export const BEST = "best.";

/** The tensors and metadata of a state, as {@linkcode encodeSafetensors} takes them. */
export function tensorsOf(
  state: ModelState,
): { tensors: TensorData[]; metadata: Record<string, string> } {
  const tensors: TensorData[] = [];
  const add: AddTensor = (name, dtype, shape, values) =>
    tensors.push({ name, dtype, shape, data: bytesOf(values) });

  addSnapshot(add, "", state.sizes, state);
  if (state.best) addSnapshot(add, BEST, state.sizes, state.best);
  const { mean, inverseDeviation } = state.standardization;
  add("standardization.mean", "F32", [mean.length], mean);
  add(
    "standardization.inverse_deviation",
    "F32",
    [mean.length],
    inverseDeviation,
  );
  for (const part of ["replay", "guard"] as const) {
    const examples = state[part];
    if (examples === undefined) continue;
    const count = examples.items.length;
    add(
      `${part}.descriptors`,
      "U8",
      [count, state.sizes.inputs],
      examples.descriptors,
    );
    add(`${part}.domains`, "I32", [count], examples.domains);
    add(`${part}.items`, "I32", [count], examples.items);
  }
  return { tensors, metadata: metadataOf(state) };
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
): void {
  for (const { name, shape } of tensorSpecs(sizes)) {
    add(prefix + name, "F32", shape, parameters.get(name)!);
    const moment = moments.get(name);
    if (moment === undefined) continue;
    add(`${prefix}optim.${name}.step`, "I32", [], Int32Array.of(moment.step));
    for (const [slot, values] of moment.slots) {
      add(`${prefix}optim.${name}.${slot}`, "F32", shape, values);
    }
  }
}

function metadataOf(state: ModelDescription): Record<string, string> {
  const { sizes, labels, preprocessing, temperature, optimizer, training } =
    state;
  const parts = {
    sizes,
    labels,
    preprocessing,
    temperature,
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

function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
