/** A small model with random weights, and pictures that it can tell apart. @module */

import { encodeSafetensors } from "../../src/checkpoint/safetensors.ts";
import { tensorsOf } from "../../src/checkpoint/state.ts";
import {
  descriptorLength,
  PREPROCESSING,
  type Preprocessing,
} from "../../src/image/descriptor.ts";
import { mirrorOrder } from "../../src/image/mirror.ts";
import {
  BYTE_WEIGHT,
  floatsOf,
  roundToBytes,
} from "../../src/model/quantize.ts";
import { type Sizes, tensorSpecs } from "../../src/model/sizes.ts";
import type {
  ModelState,
  Moment,
  StoredExamples,
} from "../../src/model/state.ts";
import { neutralCalibration } from "../../src/train/calibrate.ts";
import { createOptimizer } from "../../src/optim/registry.ts";
import { Random } from "../../src/nn/prng.ts";
import { Service, type ServiceOptions } from "../../src/service/service.ts";
import { readWeights, type Weights } from "../../src/service/weights.ts";
import type { Engine } from "../../src/store/engine.ts";
import { openEngine } from "../../src/store/open.ts";

const SMALL: Preprocessing = {
  ...PREPROCESSING,
  size: 16,
  radii: [1],
  cells: 2,
  grid: 2,
  colorLevels: 2,
};

/** How many values its descriptors have. */
export const INPUTS = descriptorLength(SMALL);

const MEAN = 60;
const INVERSE_DEVIATION = 0.02;

/** Its labels. */
export const LABELS = {
  domains: ["amazon", "webcam"],
  items: ["bike", "mug", "pen"],
};
/** Steps it claims to have been trained for. */
export const TRAINED_STEPS = 50;

/** What of the model to leave out or change. */
export interface FixtureOptions {
  readonly replay?: boolean;
  readonly guard?: boolean;
  readonly seed?: number;
  /** Whether its first weight is rounded, as that of a finished model is. */
  readonly rounded?: boolean;
}

/** The bytes of a weights file of the small model. */
export function modelBytes(
  options: FixtureOptions = {},
): Uint8Array<ArrayBuffer> {
  const { tensors, metadata } = tensorsOf(modelState(options));
  const chunks = encodeSafetensors(tensors, metadata);
  return new Uint8Array(chunks.flatMap((chunk) => [...chunk]));
}

/** The small model, read as a server reads it. */
export function fixtureWeights(options?: FixtureOptions): Promise<Weights> {
  return readWeights(modelBytes(options));
}

/** A service of the small model, over an engine of its own unless one is given. */
export async function openFixture(
  options: Partial<ServiceOptions> = {},
): Promise<{ service: Service; engine: Engine }> {
  const weights = options.weights ?? await fixtureWeights();
  const engine = options.engine ?? await openEngine("memory");
  return {
    engine,
    service: await Service.create({ ...options, weights, engine }),
  };
}

export function modelState(
  { replay = true, guard = true, seed = 1, rounded = true }: FixtureOptions,
): ModelState {
  const inputs = INPUTS;
  const sizes = { inputs, hidden: [12], domains: 2, items: 3 };
  const random = Random.fromSeed(seed, "fixture");
  const floats = (length: number, scale: number) =>
    Float32Array.from({ length }, () => (random.uniform() - 0.5) * scale);
  const { name, options } = createOptimizer("adamw", { weightDecay: 0.05 });
  const parameters = new Map<string, Float32Array>();
  const moments = new Map<string, Moment>();
  for (const { name, shape } of tensorSpecs(sizes)) {
    const length = shape.reduce((product: number, size) => product * size, 1);
    const values = floats(length, 0.2);
    parameters.set(
      name,
      rounded && name === BYTE_WEIGHT
        ? floatsOf(roundToBytes(values, shape[0]))
        : values,
    );
    if (!name.startsWith("head.")) continue;
    const slots = new Map([
      ["exp_avg", floats(length, 0.01)],
      ["exp_avg_sq", floats(length, 0.01).map(Math.abs)],
    ]);
    moments.set(name, { step: TRAINED_STEPS, slots });
  }
  return {
    sizes,
    labels: LABELS,
    preprocessing: SMALL,
    calibration: neutralCalibration(sizes),
    optimizer: { name, options },
    training: {},
    standardization: {
      mean: new Float32Array(inputs).fill(MEAN),
      inverseDeviation: new Float32Array(inputs).fill(INVERSE_DEVIATION),
    },
    parameters,
    moments,
    ...(replay ? { replay: examples(inputs, 30, random) } : {}),
    ...(guard
      ? { guard: mastered(examples(inputs, 18, random), sizes, parameters) }
      : {}),
  };
}

function examples(
  inputs: number,
  count: number,
  random: Random,
): StoredExamples {
  return {
    descriptors: Uint8Array.from(
      { length: count * inputs },
      () => random.below(256),
    ),
    domains: Int32Array.from({ length: count }, (_, i) => i % 2),
    items: Int32Array.from({ length: count }, (_, i) => i % 3),
  };
}

/** The examples with the items that the model itself says: it gets all of them right. */
function mastered(
  examples: StoredExamples,
  { inputs }: Sizes,
  parameters: ReadonlyMap<string, Float32Array>,
): StoredExamples {
  const layer = (name: string, x: number[]) =>
    Array.from(
      parameters.get(`${name}.bias`)!,
      (bias, o) =>
        x.reduce(
          (sum, value, i) =>
            sum + value * parameters.get(`${name}.weight`)![o * x.length + i]!,
          bias,
        ),
    );
  const items = examples.items.map((_, n) => {
    const descriptor = examples.descriptors.subarray(
      n * inputs,
      (n + 1) * inputs,
    );
    const x = Array.from(
      descriptor,
      (value) => (value - MEAN) * INVERSE_DEVIATION,
    );
    const mirrored = Array.from(mirrorOrder(SMALL), (from) => x[from]!);
    const [plain, flipped] = [x, mirrored].map((x) =>
      layer("head.item", layer("trunk.0", x).map((h) => Math.max(h, 0)))
    ) as [number[], number[]];
    const logits = plain.map((z, c) => (z + flipped[c]!) / 2);
    return logits.indexOf(Math.max(...logits));
  });
  return { ...examples, items };
}

/** A descriptor of the small model. */
export function randomDescriptor(seed: number): Uint8Array {
  const random = Random.fromSeed(seed, "descriptor");
  return Uint8Array.from(
    { length: descriptorLength(SMALL) },
    () => random.below(256),
  );
}
