/**
 * Reading model states from safetensors files. Parts are read by offset: a
 * server that only predicts never reads moments or replay memory.
 *
 * @module
 */

import { CheckpointError } from "../errors.ts";
import type {
  ModelDescription,
  ModelState,
  Moment,
  StoredExamples,
} from "../model/state.ts";
import { type Sizes, tensorSpecs } from "../model/sizes.ts";
import { createOptimizer } from "../optim/registry.ts";
import type { SafetensorsReader } from "./safetensors_reader.ts";
import { BEST } from "./state.ts";
import { checkTensor, readDescription } from "./state_description.ts";

type StoredName = "replay" | "guard";

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

function checkClasses(name: string, classes: Int32Array, count: number): void {
  const wrong = classes.find((index) => !(index >= 0 && index < count));
  if (wrong !== undefined) {
    throw new CheckpointError(
      `Cannot read tensor ${name}: expected classes in [0, ${count}), got ${wrong}`,
    );
  }
}
