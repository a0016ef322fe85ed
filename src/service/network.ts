/** The network that predictions run on, and the version whose parameters are in it. @module */

import { mirrorInto, mirrorOrder } from "../image/mirror.ts";
import { type Allocator, createArena } from "../kernels/arena.ts";
import type { Kernels } from "../kernels/mod.ts";
import { type Packer, packerOf } from "../kernels/panels.ts";
import {
  allocateByteLayer,
  BYTE_BIAS,
  type ByteLayer,
  forwardByteLayer,
  type Part,
  partsOf,
  writeByteLayer,
  writeDescriptor,
} from "../model/byte_layer.ts";
import {
  type Activations,
  allocateActivations,
  allocateNetwork,
  averageExamples,
  featuresOf,
  featureStride,
  forwardHeads,
  forwardTrunk,
  type Network,
  type Parameter,
  parametersOf,
  writeParameter,
} from "../model/network.ts";
import { BYTE_WEIGHT, roundToBytes } from "../model/quantize.ts";
import {
  featureCount,
  longestTensor,
  type Sizes,
  tensorSpecs,
} from "../model/sizes.ts";
import { rowsPerImage, type ServingModel } from "../model/state.ts";
import type { HeadsRecord } from "../store/manifest.ts";
import type { Prediction } from "./answers.ts";
import { answersOf, HeadsNetwork } from "./heads_network.ts";

/** The most descriptors of one forward pass. */
const CAPACITY = 16;

/** Parameters by name, row-major; those that are missing are the base model's. */
export type Parameters = ReadonlyMap<string, Float32Array>;

/** The parts of a version that prediction needs. */
export interface Served {
  readonly parameters: Parameters;
  /** Present if its labels are not the base model's. */
  readonly ownHeads?: HeadsNetwork | undefined;
}

interface Views {
  /** The trunk's first layer; undefined where there is no trunk. */
  readonly first: ByteLayer | undefined;
  /** The layers after it. */
  readonly rest: Network;
  readonly activations: Activations;
  /** A descriptor to be standardized, for heads without a trunk. */
  readonly descriptor: Uint8Array;
  readonly mean: Float32Array;
  readonly inverseDeviation: Float32Array;
  /** One head's logits on their way to an answer. */
  readonly scratch: Float32Array;
  /** Row-major weights on their way into panels. */
  readonly rowMajor: Float32Array;
}

/**
 * A network in an arena of its own. Nothing here waits: what a call computes,
 * it computes with the parameters it was given, however many versions come
 * and go meanwhile.
 *
 * The trunk's first layer runs on bytes. Parameters that were not rounded to
 * bytes when their training was finished are rounded here.
 */
export class ServingNetwork {
  readonly #mounted = new Map<string, unknown>();
  readonly #tensors: readonly Parameter[];
  readonly #pack: Packer;
  readonly #mirror: Uint32Array | undefined;

  private constructor(
    readonly kernels: Kernels,
    readonly model: ServingModel,
    private readonly views: Views,
  ) {
    // Named as in the whole model, not as in a network that starts after its first layer.
    const names = tensorSpecs(model.sizes).slice(views.first ? 2 : 0);
    this.#tensors = parametersOf(views.rest).map((tensor, i) => ({
      ...tensor,
      name: names[i]!.name,
    }));
    this.#pack = packerOf(kernels, views.rowMajor);
    const { preprocessing } = model;
    this.#mirror = preprocessing.mirrored
      ? mirrorOrder(preprocessing)
      : undefined;
  }

  /**
   * Takes the memory.
   *
   * @throws {RangeError} If the model has a trunk, and more than 65,536 inputs.
   */
  static async create(model: ServingModel): Promise<ServingNetwork> {
    const parts = partsOf(model.standardization);
    const { kernels, views } = await createArena((allocate) =>
      layout(allocate, model, parts)
    );
    if (views.first === undefined) {
      views.mean.set(model.standardization.mean);
      views.inverseDeviation.set(model.standardization.inverseDeviation);
    }
    return new ServingNetwork(kernels, model, views);
  }

  /** Width of the trunk's output, in the heads' own padding. */
  get featureStride(): number {
    return featureStride(this.model.sizes);
  }

  /**
   * Predicts descriptors.
   *
   * @param topK How many classes a head lists at most.
   */
  predict(
    { parameters, ownHeads }: Served,
    descriptors: readonly Uint8Array[],
    topK: number,
  ): Prediction[] {
    this.#mount(parameters);
    const { kernels, model: { sizes, calibration } } = this;
    const { rest, activations, scratch } = this.views;
    const source = { kernels, sizes, calibration, activations, scratch };
    const results: Prediction[] = [];
    for (const rows of this.#features(descriptors)) {
      if (ownHeads === undefined) {
        forwardHeads(kernels, rest, activations, rows);
        for (let row = 0; row < rows; row++) {
          results.push(answersOf(source, row, topK));
        }
      } else {
        results.push(...ownHeads.predict(
          (name) => this.#valuesOf(name, parameters),
          featuresOf(activations).subarray(0, rows * this.featureStride),
          rows,
          topK,
        ));
      }
    }
    return results;
  }

  /** Takes the memory for heads that are not the base model's. */
  headsNetwork(heads: HeadsRecord): Promise<HeadsNetwork> {
    return HeadsNetwork.create(
      featureCount(this.model.sizes),
      heads,
      CAPACITY,
    );
  }

  /** Runs the trunk alone: one row of {@linkcode featureStride} values per descriptor. */
  features(
    parameters: Parameters,
    descriptors: readonly Uint8Array[],
  ): Float32Array {
    this.#mount(parameters);
    const { activations } = this.views;
    const out = new Float32Array(descriptors.length * this.featureStride);
    let offset = 0;
    for (const rows of this.#features(descriptors)) {
      const values = featuresOf(activations).subarray(
        0,
        rows * this.featureStride,
      );
      out.set(values, offset);
      offset += values.length;
    }
    return out;
  }

  /**
   * Copies in the tensors that differ from the current ones: usually the heads.
   * Heads of another shape have a network of their own.
   */
  #mount(parameters: Parameters): void {
    this.#mountFirst(parameters);
    for (const tensor of this.#tensors) {
      let values = this.#valuesOf(tensor.name, parameters);
      if (values.length !== valueCount(tensor)) {
        values = this.model.parameters.get(tensor.name)!;
      }
      if (this.#mounted.get(tensor.name) === values) continue;
      writeParameter(tensor, values, this.#pack);
      this.#mounted.set(tensor.name, values);
    }
  }

  #mountFirst(parameters: Parameters): void {
    const { first } = this.views;
    if (first === undefined) return;
    const weight = parameters.get(BYTE_WEIGHT) ?? this.model.byteWeight!;
    const bias = this.#valuesOf(BYTE_BIAS, parameters);
    if (
      this.#mounted.get(BYTE_WEIGHT) === weight &&
      this.#mounted.get(BYTE_BIAS) === bias
    ) return;
    const bytes = weight instanceof Float32Array
      ? roundToBytes(weight, first.outputs)
      : weight;
    writeByteLayer(first, bytes, bias, this.model.standardization);
    this.#mounted.set(BYTE_WEIGHT, weight).set(BYTE_BIAS, bias);
  }

  #valuesOf(name: string, parameters: Parameters): Float32Array {
    return parameters.get(name) ?? this.model.parameters.get(name)!;
  }

  /** Runs descriptors through the trunk, batch by batch; yields how many of each batch. */
  *#features(descriptors: readonly Uint8Array[]): Generator<number> {
    const { kernels, featureStride, views: { first, rest, activations } } =
      this;
    for (let start = 0; start < descriptors.length; start += CAPACITY) {
      const batch = descriptors.slice(start, start + CAPACITY);
      const count = batch.length;
      const rows = count * activations.rowsPerExample;
      batch.forEach((descriptor, row) => {
        this.#write(descriptor, row);
        if (this.#mirror === undefined) return;
        const mirrored = new Uint8Array(descriptor.length);
        mirrorInto(mirrored, descriptor, this.#mirror);
        this.#write(mirrored, count + row);
      });
      if (first !== undefined) {
        forwardByteLayer(kernels, first, rows, activations.inputs);
      }
      forwardTrunk(kernels, rest, activations, rows);
      const features = featuresOf(activations);
      averageExamples(kernels, activations, features, featureStride, count);
      yield count;
    }
  }

  #write(descriptor: Uint8Array, row: number): void {
    const { first } = this.views;
    if (first === undefined) this.#standardize(descriptor, row);
    else writeDescriptor(this.kernels, first, descriptor, row);
  }

  #standardize(values: Uint8Array, row: number): void {
    const { activations, descriptor, mean, inverseDeviation } = this.views;
    descriptor.set(values);
    this.kernels.standardizeBytes(
      descriptor.byteOffset,
      mean.byteOffset,
      inverseDeviation.byteOffset,
      activations.inputs.byteOffset + 4 * row * activations.inputStride,
      mean.length,
    );
  }
}

function layout(
  allocate: Allocator,
  model: ServingModel,
  parts: readonly Part[],
): Views {
  const { sizes } = model;
  const [width, ...hidden] = sizes.hidden;
  const rest: Sizes = { ...sizes, inputs: width ?? sizes.inputs, hidden };
  const rowsPerExample = rowsPerImage(model);
  const rows = CAPACITY * rowsPerExample;
  const activations = allocateActivations(allocate, rest, rows, rowsPerExample);
  const plain = width === undefined ? sizes.inputs : 0;
  return {
    first: width === undefined ? undefined : allocateByteLayer(
      allocate,
      sizes.inputs,
      width,
      parts,
      rows,
    ),
    rest: allocateNetwork(allocate, rest),
    activations,
    descriptor: allocate.bytes(plain),
    mean: allocate.floats(plain),
    inverseDeviation: allocate.floats(plain),
    scratch: allocate.floats(activations.logitStride),
    rowMajor: allocate.floats(longestTensor(rest)),
  };
}

function valueCount({ shape }: Parameter): number {
  return shape.reduce((product, size) => product * size, 1);
}
