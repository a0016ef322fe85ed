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
  ServingModel,
  Standardization,
  StoredExamples,
} from "../model/state.ts";
import {
  BYTE_WEIGHT,
  type ByteWeight,
  floatsOf,
  roundToBytes,
} from "../model/quantize.ts";
import { isKnown } from "../heads/head.ts";
import { kindOf } from "../heads/kinds.ts";
import { type Sizes, type TensorSpec, tensorSpecs } from "../model/sizes.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { checkReach, checkStepCount, magnitudeOf, reachesOf } from "./judge.ts";
import type { SafetensorsReader } from "./safetensors_reader.ts";
import {
  BEST,
  checkTensor,
  isInBytes,
  labelsName,
  readDescription,
  scaleOf,
} from "./state_description.ts";
import { asTandem2 } from "./tandem_1.ts";
import { readDoubles, readFloats, readInts } from "./tensor_reader.ts";

/** The largest magnitude of a weight in bytes. */
const MAX_SIGNED_BYTE = 128;

type StoredName = "replay" | "guard";

/** Reads a model ready to predict in floats: description, parameters and standardization, nothing else. */
export async function readModel(
  file: SafetensorsReader,
): Promise<ModelState> {
  const source = asTandem2(file);
  const description = readDescription(source);
  await optimizerOf(description);
  const { sizes } = description;
  const parameters = await readParameters(source, "", tensorSpecs(sizes));
  const standardization = await readStandardization(source, sizes);
  const { trunk, heads } = reachesOf(parameters, sizes);
  checkReach(standardization, trunk, heads);
  return { ...description, parameters, moments: new Map(), standardization };
}

/** Reads a model ready to be served. A first weight that is not in bytes is rounded. */
export async function readServingModel(
  file: SafetensorsReader,
): Promise<ServingModel> {
  const source = asTandem2(file);
  const description = readDescription(source);
  const { sizes } = description;
  const specs = tensorSpecs(sizes);
  const weight = specs.find(({ name }) => name === BYTE_WEIGHT);
  const parameters = await readParameters(
    source,
    "",
    specs.filter((spec) => spec !== weight),
  );
  const byteWeight = weight && await readByteWeight(source, weight);
  const standardization = await readStandardization(source, sizes);
  const largest = byteWeight &&
    new Map([[weight.name, MAX_SIGNED_BYTE * magnitudeOf(byteWeight.scale)]]);
  const { trunk, heads } = reachesOf(parameters, sizes, largest);
  checkReach(standardization, trunk, heads);
  return { ...description, parameters, byteWeight, standardization };
}

async function readStandardization(
  source: SafetensorsReader,
  { inputs }: Sizes,
): Promise<Standardization> {
  return {
    mean: await readFloats(source, "standardization.mean", [inputs]),
    inverseDeviation: await readFloats(
      source,
      "standardization.inverse_deviation",
      [inputs],
    ),
  };
}

/** Reads parameters, as floats whatever they are in the file. */
export async function readParameters(
  source: SafetensorsReader,
  prefix: string,
  specs: readonly TensorSpec[],
): Promise<Map<string, Float32Array>> {
  const parameters = new Map<string, Float32Array>();
  for (const { name, shape } of specs) {
    const file = prefix + name;
    parameters.set(
      name,
      isInBytes(source.header, file)
        ? floatsOf(await readBytes(source, { name: file, shape }))
        : await readFloats(source, file, shape),
    );
  }
  return parameters;
}

async function readByteWeight(
  source: SafetensorsReader,
  weight: TensorSpec,
): Promise<ByteWeight> {
  const { name, shape } = weight;
  return isInBytes(source.header, name)
    ? await readBytes(source, weight)
    : roundToBytes(await readFloats(source, name, shape), shape[0]);
}

async function readBytes(
  source: SafetensorsReader,
  { name, shape }: TensorSpec,
): Promise<ByteWeight> {
  const { buffer, byteOffset, length } = await source.read(name);
  return {
    values: new Int8Array(buffer, byteOffset, length),
    scale: await readFloats(source, scaleOf(name), [shape[0]]),
  };
}

/** The optimizer that a model was trained with. Prediction does not need it. */
async function optimizerOf(
  { optimizer }: ModelDescription,
): Promise<Optimizer> {
  const { createOptimizer } = await import("../optim/registry.ts");
  try {
    return createOptimizer(optimizer?.name, optimizer?.options);
  } catch (cause) {
    throw new CheckpointError(
      `Cannot read the model: expected a known optimizer and its options, got ${
        (JSON.stringify(optimizer) ?? "none").slice(0, 80)
      }`,
      { cause },
    );
  }
}

/** Reads the optimizer's moments, of the tensors that `wanted` accepts and that have any. */
export async function readMoments(
  source: SafetensorsReader,
  description: ModelDescription,
  wanted: (tensor: string) => boolean = () => true,
  prefix = "",
): Promise<Map<string, Moment>> {
  const { slots } = await optimizerOf(description);
  const moments = new Map<string, Moment>();
  for (const { name, shape } of tensorSpecs(description.sizes)) {
    if (
      !wanted(name) || !source.header.tensors.has(`${prefix}optim.${name}.step`)
    ) {
      continue;
    }
    const stepName = `${prefix}optim.${name}.step`;
    const [step] = await readInts(source, stepName, []);
    checkStepCount(stepName, step!);
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
  file: SafetensorsReader,
  { sizes }: ModelDescription,
  part: StoredName,
): Promise<StoredExamples | undefined> {
  const source = asTandem2(file);
  const descriptors = `${part}.descriptors`;
  const info = source.header.tensors.get(descriptors);
  if (info === undefined) return undefined;
  const length = info.shape[0] ?? 0;
  checkTensor(source.header, descriptors, [length, sizes.inputs], "U8");
  const labels: Float64Array[] = [];
  for (const head of sizes.heads) {
    const name = labelsName(part, head);
    const values = await readDoubles(source, name, [length]);
    checkLabels(name, values, kindOf(head).groups(head).length);
    labels.push(values);
  }
  return { length, descriptors: await source.read(descriptors), labels };
}

/** Reads everything. */
export async function readState(
  file: SafetensorsReader,
): Promise<ModelState> {
  const source = asTandem2(file);
  const model = await readModel(source);
  const replay = await readExamples(source, model, "replay");
  const guard = await readExamples(source, model, "guard");
  return {
    ...model,
    moments: await readMoments(source, model),
    ...(replay && { replay }),
    ...(guard && { guard }),
    ...(hasBest(source, model) && {
      best: {
        parameters: await readParameters(
          source,
          BEST,
          tensorSpecs(model.sizes),
        ),
        moments: await readMoments(source, model, undefined, BEST),
      },
    }),
  };
}

/** Whether a file has the best state of an unfinished training. */
export function hasBest(
  { header }: SafetensorsReader,
  { sizes }: ModelDescription,
): boolean {
  return header.tensors.has(BEST + tensorSpecs(sizes)[0]!.name);
}

/** Checks that labels are those of `groups` groups; of a head without groups, that they are finite. */
function checkLabels(name: string, labels: Float64Array, groups: number): void {
  const wrong = labels.find((label) =>
    isKnown(label) &&
    !(groups === 0
      ? Number.isFinite(label)
      : Number.isInteger(label) && label >= 0 && label < groups)
  );
  if (wrong === undefined) return;
  const expected = groups === 0 ? "finite labels" : `labels in [0, ${groups})`;
  throw new CheckpointError(
    `Cannot read tensor ${name}: expected ${expected}, got ${wrong}`,
  );
}
