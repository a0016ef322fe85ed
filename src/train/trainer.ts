/** Everything a training run holds in memory, in one allocation. @module */

import { type Allocator, createArena } from "../kernels/arena.ts";
import type { Kernels } from "../kernels/mod.ts";
import { createParallelArena } from "../kernels/parallel.ts";
import { heUniform, smallUniform } from "../nn/init.ts";
import { Random } from "../nn/prng.ts";
import {
  allocateActivations,
  allocateNetwork,
  layersOf,
  type Network,
  type RowsPerExample,
  writeParameter,
} from "../model/network.ts";
import type { Sizes } from "../model/sizes.ts";
import {
  loadMoments,
  loadParameters,
  type ModelState,
  momentsFrom,
  neutralCalibration,
  parametersFrom,
  type Snapshot,
  type Standardization,
} from "../model/state.ts";
import type { Preprocessing } from "../image/descriptor.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { allocateLabels } from "./loss.ts";
import {
  allocateOptimizerState,
  allocateWorkspace,
  type OptimizerState,
  type Workspace,
} from "./workspace.ts";

/** A network and room to run batches through it. */
export interface Evaluator {
  readonly kernels: Kernels;
  readonly network: Network;
  readonly workspace: Pick<Workspace, "activations" | "labels" | "capacity">;
  readonly standardization: Standardization;
  /** One descriptor [I] on its way into a batch. */
  readonly staging: Uint8Array;
}

/** An evaluator that can also learn. Close it where it has several threads, or declare it with `using`. */
export interface Trainer extends Evaluator, Disposable {
  readonly workspace: Workspace;
  readonly optimizer: Optimizer;
  readonly state: OptimizerState;
}

/** Takes the memory for evaluating batches of up to `batchSize` examples; parameters are zero. */
export async function createEvaluator(
  sizes: Sizes,
  batchSize: number,
  rowsPerExample: RowsPerExample = 1,
): Promise<Evaluator> {
  const { kernels, views } = await createArena((allocate) => ({
    network: allocateNetwork(allocate, sizes),
    workspace: {
      capacity: batchSize,
      activations: allocateActivations(
        allocate,
        sizes,
        batchSize * rowsPerExample,
        rowsPerExample,
      ),
      labels: allocateLabels(allocate, sizes.heads, batchSize),
    },
    ...allocateInput(allocate, sizes),
  }));
  views.standardization.inverseDeviation.fill(1);
  return { kernels, ...views };
}

/**
 * Takes the memory for training on batches of up to `batchSize` examples, with the
 * large layers shared among `threads` threads. Parameters and moments are zero,
 * standardization is the identity.
 */
export async function createTrainer(
  sizes: Sizes,
  optimizer: Optimizer,
  batchSize: number,
  threads = 1,
  rowsPerExample: RowsPerExample = 1,
): Promise<Trainer> {
  const arena = await createParallelArena(threads, (allocate) => ({
    network: allocateNetwork(allocate, sizes),
    state: allocateOptimizerState(allocate, sizes, optimizer),
    workspace: allocateWorkspace(
      allocate,
      sizes,
      optimizer,
      batchSize,
      threads,
      rowsPerExample,
    ),
    ...allocateInput(allocate, sizes),
  }));
  arena.views.standardization.inverseDeviation.fill(1);
  return {
    kernels: arena.kernels,
    optimizer,
    ...arena.views,
    [Symbol.dispose]: () => arena[Symbol.dispose](),
  };
}

function allocateInput(
  allocate: Allocator,
  { inputs }: Sizes,
): Pick<Evaluator, "standardization" | "staging"> {
  return {
    standardization: {
      mean: allocate.floats(inputs),
      inverseDeviation: allocate.floats(inputs),
    },
    staging: allocate.bytes(inputs),
  };
}

/** Draws the initial weights: He's for the trunk, small ones for the heads, biases zero. */
export function initialize(network: Network, seed: number): void {
  network.all.fill(0);
  for (const layer of layersOf(network)) {
    const random = Random.fromSeed(seed, `init ${layer.name}`);
    const weights = new Float32Array(layer.outputs * layer.inputs);
    if (network.trunk.includes(layer)) heUniform(weights, layer.inputs, random);
    else smallUniform(weights, random);
    writeParameter({
      name: `${layer.name}.weight`,
      shape: [layer.outputs, layer.inputs],
      values: layer.weight,
    }, weights);
  }
}

/** Copies parameters and moments into a trainer's memory. */
export function restore(
  { network, state, optimizer }: Trainer,
  { parameters, moments }: Snapshot,
): void {
  loadParameters(network, parameters);
  loadMoments(state, optimizer.slots, moments);
}

/** Copies a trainer's model out, not yet calibrated. */
export function detach(
  { network, state, optimizer, standardization }: Trainer,
  preprocessing: Preprocessing,
  optimizerName: string,
  training: object,
): ModelState {
  return {
    sizes: network.sizes,
    preprocessing,
    calibration: neutralCalibration(network.sizes),
    optimizer: { name: optimizerName, options: optimizer.options },
    training: { ...training },
    standardization: {
      mean: standardization.mean.slice(),
      inverseDeviation: standardization.inverseDeviation.slice(),
    },
    parameters: parametersFrom(network),
    moments: momentsFrom(state, optimizer.slots),
  };
}
