/** The network that predictions run on, and the version whose parameters are in it. @module */

import { type Allocator, createArena } from "../kernels/arena.ts";
import type { Kernels } from "../kernels/mod.ts";
import {
  type Activations,
  allocateActivations,
  allocateNetwork,
  featuresOf,
  featureStride,
  forward,
  forwardTrunk,
  type Network,
  type Parameter,
  parametersOf,
  writeParameter,
} from "../model/network.ts";
import type { ModelState } from "../model/state.ts";

/** Rows of one forward pass. */
const CAPACITY = 16;

/** Parameters by name, row-major; those that are missing are the base model's. */
export type Parameters = ReadonlyMap<string, Float32Array>;

interface Views {
  readonly network: Network;
  readonly activations: Activations;
  readonly mean: Float32Array;
  readonly inverseDeviation: Float32Array;
  readonly descriptor: Uint8Array;
  readonly probabilities: Float32Array;
}

/** Probabilities of both heads for one image. */
export interface Probabilities {
  readonly domain: Float32Array;
  readonly item: Float32Array;
}

/**
 * A network in an arena of its own. Nothing here waits: what a call computes,
 * it computes with the parameters it was given, however many versions come
 * and go meanwhile.
 */
export class ServingNetwork {
  readonly #mounted = new Map<string, Float32Array>();
  readonly #tensors: readonly Parameter[];

  private constructor(
    readonly kernels: Kernels,
    readonly model: ModelState,
    private readonly views: Views,
  ) {
    this.#tensors = parametersOf(views.network);
  }

  /** Takes the memory and copies the standardization into it. */
  static async create(model: ModelState): Promise<ServingNetwork> {
    const { sizes, standardization } = model;
    const { kernels, views } = await createArena((allocate) =>
      layout(allocate, sizes)
    );
    views.mean.set(standardization.mean);
    views.inverseDeviation.set(standardization.inverseDeviation);
    return new ServingNetwork(kernels, model, views);
  }

  /** Width of the trunk's output, in the heads' own padding. */
  get featureStride(): number {
    return featureStride(this.model.sizes);
  }

  /** Predicts descriptors with the given parameters. */
  predict(
    parameters: Parameters,
    descriptors: readonly Uint8Array[],
  ): Probabilities[] {
    this.#mount(parameters);
    const results: Probabilities[] = [];
    for (const rows of this.#batches(descriptors)) {
      forward(this.kernels, this.views.network, this.views.activations, rows);
      for (let row = 0; row < rows; row++) {
        results.push(this.#probabilities(row));
      }
    }
    return results;
  }

  /** Runs the trunk alone: one row of {@linkcode featureStride} values per descriptor. */
  features(
    parameters: Parameters,
    descriptors: readonly Uint8Array[],
  ): Float32Array {
    this.#mount(parameters);
    const out = new Float32Array(descriptors.length * this.featureStride);
    let offset = 0;
    for (const rows of this.#batches(descriptors)) {
      forwardTrunk(
        this.kernels,
        this.views.network,
        this.views.activations,
        rows,
      );
      const values = featuresOf(this.views.activations).subarray(
        0,
        rows * this.featureStride,
      );
      out.set(values, offset);
      offset += values.length;
    }
    return out;
  }

  /** Copies in the tensors that differ from those in place: the heads, as a rule. */
  #mount(parameters: Parameters): void {
    for (const tensor of this.#tensors) {
      const values = parameters.get(tensor.name) ??
        this.model.parameters.get(tensor.name)!;
      if (this.#mounted.get(tensor.name) === values) continue;
      writeParameter(tensor, values);
      this.#mounted.set(tensor.name, values);
    }
  }

  /** Standardizes descriptors into the input rows, batch by batch; yields each batch's rows. */
  *#batches(descriptors: readonly Uint8Array[]): Generator<number> {
    const { activations, descriptor, mean, inverseDeviation } = this.views;
    for (let start = 0; start < descriptors.length; start += CAPACITY) {
      const batch = descriptors.slice(start, start + CAPACITY);
      batch.forEach((values, row) => {
        descriptor.set(values);
        this.kernels.standardizeBytes(
          descriptor.byteOffset,
          mean.byteOffset,
          inverseDeviation.byteOffset,
          activations.inputs.byteOffset + 4 * row * activations.inputStride,
          mean.length,
        );
      });
      yield batch.length;
    }
  }

  #probabilities(row: number): Probabilities {
    const { sizes, temperature } = this.model;
    const { logits, logitStride, itemColumn } = this.views.activations;
    const softmax = (column: number, classes: number, temperature: number) => {
      const out = this.views.probabilities;
      this.kernels.softmax(
        logits.byteOffset + 4 * (row * logitStride + column),
        logitStride,
        classes,
        1,
        1 / temperature,
        out.byteOffset,
        out.length,
      );
      return out.slice(0, classes);
    };
    return {
      domain: softmax(0, sizes.domains, temperature.domain),
      item: softmax(itemColumn, sizes.items, temperature.item),
    };
  }
}

function layout(allocate: Allocator, sizes: ModelState["sizes"]): Views {
  const activations = allocateActivations(allocate, sizes, CAPACITY);
  return {
    network: allocateNetwork(allocate, sizes),
    activations,
    mean: allocate.floats(sizes.inputs),
    inverseDeviation: allocate.floats(sizes.inputs),
    descriptor: allocate.bytes(sizes.inputs),
    probabilities: allocate.floats(activations.logitStride),
  };
}
