/** Small models with random weights, and descriptors that they can tell apart. @module */

import { encodeSafetensors } from "../../src/checkpoint/safetensors.ts";
import { tensorsOf } from "../../src/checkpoint/state.ts";
import { indexOfLargest, UNKNOWN } from "../../src/heads/head.ts";
import { type HeadSpec, kindOf, widthOf } from "../../src/heads/kinds.ts";
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
import {
  type ModelState,
  type Moment,
  neutralCalibration,
  type StoredExamples,
} from "../../src/model/state.ts";
import { createOptimizer } from "../../src/optim/registry.ts";
import { Random } from "../../src/nn/prng.ts";
import type { Trunk } from "../../src/service/pool.ts";
import type { FinetuneRequest } from "../../src/service/requests.ts";
import { Service, type ServiceOptions } from "../../src/service/service.ts";
import { readWeights, type Weights } from "../../src/service/weights.ts";
import type { Engine } from "../../src/store/engine.ts";
import { openEngine } from "../../src/store/open.ts";
import { joined } from "../checkpoint/bytes.ts";
import { binaryHead, classesHead, numberHead } from "../heads/specs.ts";
import { meanLogitsOf } from "../reference/network.ts";

/** The trunk of a model that was not changed. */
export const BASE_TRUNK: Trunk = { parameters: new Map(), name: "" };

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

/** Labels of the small model's head `place`. */
export const PLACES = ["studio", "street"];
/** Labels of the small model's head `thing`. */
export const THINGS = ["book", "mug", "pen"];
/** The small model's heads unless a test wants others. */
export const TWO_HEADS: readonly HeadSpec[] = [
  classesHead("place", PLACES),
  classesHead("thing", THINGS),
];
/** Heads of all kinds. */
export const FOUR_HEADS: readonly HeadSpec[] = [
  classesHead("place", PLACES),
  binaryHead("worn"),
  classesHead("thing", THINGS),
  numberHead("width", 20, 5),
];
/** Steps it claims to have been trained for. */
export const TRAINED_STEPS = 50;

/** What of the model to leave out or change. */
export interface FixtureOptions {
  readonly heads?: readonly HeadSpec[];
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
  return joined(encodeSafetensors(tensors, metadata));
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

/** The small model as plain data. */
export function modelState(
  { heads = TWO_HEADS, replay = true, guard = true, seed = 1, rounded = true }:
    FixtureOptions,
): ModelState {
  const inputs = descriptorLength(SMALL);
  const sizes = { inputs, hidden: [12], heads };
  const random = Random.fromSeed(seed, "fixture");
  const floats = (length: number, scale: number) =>
    Float32Array.from({ length }, () => (random.uniform() - 0.5) * scale);
  const { name, options } = createOptimizer("adamw", { weightDecay: 0.05 });
  const parameters = new Map<string, Float32Array>();
  const moments = new Map<string, Moment>();
  for (const { name, shape: [outputs, inputs = 1] } of tensorSpecs(sizes)) {
    const length = outputs * inputs;
    const values = floats(length, 0.2);
    parameters.set(
      name,
      rounded && name === BYTE_WEIGHT
        ? floatsOf(roundToBytes(values, outputs))
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
    ...(replay ? { replay: drawnExamples(sizes, 30, random) } : {}),
    ...(guard
      ? { guard: mastered(drawnExamples(sizes, 18, random), sizes, parameters) }
      : {}),
  };
}

function drawnExamples(
  { inputs, heads }: Sizes,
  length: number,
  random: Random,
): StoredExamples {
  return {
    length,
    descriptors: Uint8Array.from(
      { length: length * inputs },
      () => random.below(256),
    ),
    labels: heads.map((head) =>
      Float64Array.from({ length }, (_, i) => labelOf(head, i))
    ),
  };
}

/** A label that a head may have, another one for every neighbour. */
function labelOf(head: HeadSpec, i: number): number {
  if (head.kind !== "number") return i % kindOf(head).groups(head).length;
  return head.mean + head.standardDeviation * (i % 5 - 2);
}

/** The examples with the labels that the model itself says: it gets all of them right. */
function mastered(
  examples: StoredExamples,
  sizes: Sizes,
  parameters: ReadonlyMap<string, Float32Array>,
): StoredExamples {
  const { inputs, heads } = sizes;
  const doubles = new Map(
    Array.from(
      parameters,
      ([name, values]) => [name, new Float64Array(values)],
    ),
  );
  const order = mirrorOrder(SMALL);
  const logits = Array.from({ length: examples.length }, (_, n) => {
    const input = Array.from(
      examples.descriptors.subarray(n * inputs, (n + 1) * inputs),
      (value) => (value - MEAN) * INVERSE_DEVIATION,
    );
    const second = Array.from(order, (from) => input[from]!);
    return meanLogitsOf(sizes, doubles, { input, second, labels: [] });
  });
  let column = 0;
  const labels = heads.map((head) => {
    const start = column;
    column += widthOf(head);
    return Float64Array.from(
      logits,
      (z) => saidBy(head, z.slice(start, start + widthOf(head))),
    );
  });
  return { ...examples, labels };
}

function saidBy(head: HeadSpec, logits: readonly number[]): number {
  if (head.kind === "classes") return indexOfLargest(logits);
  const [z] = logits;
  return head.kind === "binary"
    ? Number(z! > 0)
    : head.mean + head.standardDeviation * z!;
}

/** A descriptor of the small model. */
export function randomDescriptor(seed: number): Uint8Array {
  const random = Random.fromSeed(seed, "descriptor");
  return Uint8Array.from(
    { length: descriptorLength(SMALL) },
    () => random.below(256),
  );
}

/** A request to learn one example of a small model, by default with a label for each of two heads. */
export function lesson(
  seed: number,
  changes: Partial<FinetuneRequest> = {},
): FinetuneRequest {
  const descriptor = randomDescriptor(seed);
  return {
    describe: () => Promise.resolve([descriptor]),
    mode: "steps",
    heads: changes.labels?.length === FOUR_HEADS.length
      ? FOUR_HEADS
      : TWO_HEADS,
    labels: [[1], [2]],
    steps: 3,
    learningRate: 1e-2,
    dryRun: false,
    ...changes,
  };
}

/** The labels of an example that has one for a single head. */
export function onlyLabel(
  heads: readonly HeadSpec[],
  name: string,
  label: number,
): number[][] {
  return heads.map((head) => [head.name === name ? label : UNKNOWN]);
}
