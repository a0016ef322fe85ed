/**
 * A model state as a safetensors file, and back.
 *
 * Tensors are named as PyTorch would name them, `[out, in]`; moments are
 * `optim.<tensor>.<slot>` and `optim.<tensor>.step`. What is not a tensor is
 * JSON in the file's metadata. Parts are read by offset: a server that only
 * predicts never reads moments or replay memory.
 *
 * @module
 */

import { CheckpointError } from "../errors.ts";
import type { Preprocessing } from "../image/descriptor.ts";
import type {
  ModelDescription,
  ModelState,
  Moment,
  Snapshot,
  StoredExamples,
} from "../model/state.ts";
import { checkSizes, type Sizes, tensorSpecs } from "../model/sizes.ts";
import { createOptimizer } from "../optim/registry.ts";
import type { DType, SafetensorsHeader, TensorData } from "./safetensors.ts";
import type { SafetensorsReader } from "./safetensors_reader.ts";

/** Marks our files, and the version of what this module writes into them. */
export const FORMAT = "tandem-1";

/** Prefix of the best weights so far, in the checkpoint of a run that is not finished. */
const BEST = "best.";

type StoredName = "replay" | "guard";

// ---------------------------------------------------------------- writing

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

// ---------------------------------------------------------------- reading

/**
 * Reads what a model is, and checks that the file's tensors are the ones it needs.
 *
 * @throws {CheckpointError} If metadata or tensors are missing or do not fit each other.
 */
export function readDescription(
  { header }: SafetensorsReader,
): ModelDescription {
  const { metadata } = header;
  if (metadata.format !== FORMAT) {
    throw new CheckpointError(
      `Cannot read the model: expected metadata format "${FORMAT}", got ${
        JSON.stringify(metadata.format)
      }`,
    );
  }
  const description: ModelDescription = {
    sizes: sizesOf(parsed(metadata, "sizes")),
    labels: parsed<{ domains: string[]; items: string[] }>(metadata, "labels"),
    preprocessing: parsed<Preprocessing>(metadata, "preprocessing"),
    temperature: parsed<{ domain: number; item: number }>(
      metadata,
      "temperature",
    ),
    optimizer: parsed<{ name: string; options: Record<string, number> }>(
      metadata,
      "optimizer",
    ),
    training: parsed<Record<string, unknown>>(metadata, "training"),
  };
  checkDescription(description);
  for (const { name, shape } of tensorSpecs(description.sizes)) {
    checkTensor(header, name, shape);
  }
  return description;
}

/** Reads a model ready to predict: description, parameters and standardization, nothing else. */
export async function readModel(
  source: SafetensorsReader,
): Promise<ModelState> {
  const description = readDescription(source);
  const { inputs } = description.sizes;
  return {
    ...description,
    parameters: await readParameters(source, "", description.sizes),
    moments: new Map(),
    standardization: {
      mean: await readFloats(source, "standardization.mean", [inputs]),
      inverseDeviation: await readFloats(
        source,
        "standardization.inverse_deviation",
        [inputs],
      ),
    },
  };
}

async function readParameters(
  source: SafetensorsReader,
  prefix: string,
  sizes: Sizes,
): Promise<Map<string, Float32Array>> {
  const parameters = new Map<string, Float32Array>();
  for (const { name, shape } of tensorSpecs(sizes)) {
    parameters.set(name, await readFloats(source, prefix + name, shape));
  }
  return parameters;
}

/** Reads the optimizer's moments, of the tensors that `wanted` accepts and that have any. */
export async function readMoments(
  source: SafetensorsReader,
  { sizes, optimizer }: ModelDescription,
  wanted: (tensor: string) => boolean = () => true,
  prefix = "",
): Promise<Map<string, Moment>> {
  const { slots } = createOptimizer(optimizer.name, optimizer.options);
  const moments = new Map<string, Moment>();
  for (const { name, shape } of tensorSpecs(sizes)) {
    if (
      !wanted(name) || !source.header.tensors.has(`${prefix}optim.${name}.step`)
    ) {
      continue;
    }
    const [step] = await readInts(source, `${prefix}optim.${name}.step`, []);
    const values = new Map<string, Float32Array>();
    for (const slot of slots) {
      values.set(
        slot,
        await readFloats(source, `${prefix}optim.${name}.${slot}`, shape),
      );
    }
    moments.set(name, { step: step!, slots: values });
  }
  return moments;
}

/** Reads the replay memory or the guard set; undefined where the file has none. */
export async function readExamples(
  source: SafetensorsReader,
  { sizes }: ModelDescription,
  part: StoredName,
): Promise<StoredExamples | undefined> {
  const info = source.header.tensors.get(`${part}.items`);
  if (info === undefined) return undefined;
  const count = info.shape[0] ?? 0;
  checkTensor(
    source.header,
    `${part}.descriptors`,
    [count, sizes.inputs],
    "U8",
  );
  const examples = {
    descriptors: await source.read(`${part}.descriptors`),
    domains: await readInts(source, `${part}.domains`, [count]),
    items: await readInts(source, `${part}.items`, [count]),
  };
  checkClasses(`${part}.domains`, examples.domains, sizes.domains);
  checkClasses(`${part}.items`, examples.items, sizes.items);
  return examples;
}

/** Reads everything. */
export async function readState(
  source: SafetensorsReader,
): Promise<ModelState> {
  const model = await readModel(source);
  const replay = await readExamples(source, model, "replay");
  const guard = await readExamples(source, model, "guard");
  return {
    ...model,
    moments: await readMoments(source, model),
    ...(replay && { replay }),
    ...(guard && { guard }),
    ...(source.header.tensors.has(`${BEST}head.item.weight`) && {
      best: {
        parameters: await readParameters(source, BEST, model.sizes),
        moments: await readMoments(source, model, undefined, BEST),
      },
    }),
  };
}

async function readFloats(
  source: SafetensorsReader,
  name: string,
  shape: readonly number[],
): Promise<Float32Array> {
  checkTensor(source.header, name, shape);
  const { buffer, byteOffset, byteLength } = await source.read(name);
  return new Float32Array(buffer, byteOffset, byteLength / 4);
}

async function readInts(
  source: SafetensorsReader,
  name: string,
  shape: readonly number[],
): Promise<Int32Array> {
  checkTensor(source.header, name, shape, "I32");
  const { buffer, byteOffset, byteLength } = await source.read(name);
  return new Int32Array(buffer, byteOffset, byteLength / 4);
}

// ---------------------------------------------------------------- checks

function parsed<T>(metadata: Readonly<Record<string, string>>, key: string): T {
  const text = metadata[key];
  if (text === undefined) {
    throw new CheckpointError(
      `Cannot read the model: expected metadata "${key}", got none`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError(
      `Cannot read the model: expected JSON in metadata "${key}", got ${
        text.slice(0, 80)
      }`,
      { cause },
    );
  }
}

function sizesOf(value: Partial<Sizes> | null): Sizes {
  const { inputs, hidden, domains, items } = value ?? {};
  try {
    const sizes = {
      inputs: inputs!,
      hidden: [...hidden!],
      domains: domains!,
      items: items!,
    };
    checkSizes(sizes);
    return sizes;
  } catch (cause) {
    throw new CheckpointError(
      `Cannot read the model: expected sizes {inputs, hidden, domains, items}, got ${
        JSON.stringify(value)
      }`,
      { cause },
    );
  }
}

function checkDescription(
  { sizes, labels, temperature, optimizer }: ModelDescription,
): void {
  const complain = (expected: string, got: unknown) => {
    throw new CheckpointError(
      `Cannot read the model: expected ${expected}, got ${JSON.stringify(got)}`,
    );
  };
  for (const kind of ["domains", "items"] as const) {
    const names: unknown = labels?.[kind];
    const fits = Array.isArray(names) && names.length === sizes[kind] &&
      names.every((name) => typeof name === "string") &&
      new Set(names).size === names.length;
    if (!fits) complain(`${sizes[kind]} different labels of ${kind}`, names);
  }
  for (const head of ["domain", "item"] as const) {
    const value: unknown = temperature?.[head];
    if (!(typeof value === "number" && value > 0 && value < Infinity)) {
      complain(`a positive temperature of the ${head} head`, value);
    }
  }
  try {
    createOptimizer(optimizer?.name, optimizer?.options);
  } catch {
    complain("a known optimizer and its options", optimizer);
  }
}

function checkTensor(
  header: SafetensorsHeader,
  name: string,
  shape: readonly number[],
  dtype: DType = "F32",
): void {
  const info = header.tensors.get(name);
  const got = info === undefined
    ? "none"
    : `${info.dtype} [${info.shape.join(", ")}]`;
  const expected = `${dtype} [${shape.join(", ")}]`;
  if (got !== expected) {
    throw new CheckpointError(
      `Cannot read tensor ${name}: expected ${expected}, got ${got}`,
    );
  }
}

function checkClasses(name: string, classes: Int32Array, count: number): void {
  const wrong = classes.find((index) => !(index >= 0 && index < count));
  if (wrong !== undefined) {
    throw new CheckpointError(
      `Cannot read tensor ${name}: expected classes in [0, ${count}), got ${wrong}`,
    );
  }
}
