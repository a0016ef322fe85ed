/**
 * A model as plain data, detached from any memory it runs in: the content of a checkpoint,
 * and of a version in the store.
 *
 * @module
 */

import { CheckpointError } from "../errors.ts";
import { type HeadCalibration, kindOf } from "../heads/kinds.ts";
import type { Preprocessing } from "../image/descriptor.ts";
import type { OptimizerOptions } from "../optim/optimizer.ts";
import {
  type Network,
  parametersOf,
  readParameter,
  type RowsPerExample,
  writeParameter,
} from "./network.ts";
import type { ByteWeight } from "./quantize.ts";
import { type Sizes, tensorSpecs } from "./sizes.ts";

/** The calibration of each head's outputs, by the head's name. */
export type Calibration = Readonly<Record<string, HeadCalibration>>;

/** The calibration that leaves all outputs as they are. */
export function neutralCalibration({ heads }: Sizes): Calibration {
  return Object.fromEntries(
    heads.map((head) => [head.name, kindOf(head).neutral(head)]),
  );
}

/** A model without its parameters. */
export interface ModelDescription {
  readonly sizes: Sizes;
  readonly preprocessing: Preprocessing;
  readonly calibration: Calibration;
  readonly optimizer: {
    readonly name: string;
    readonly options: OptimizerOptions;
  };
  /** The record of its training: recipe, data, metrics. Free-form, for people and for resuming. */
  readonly training: Readonly<Record<string, unknown>>;
}

/** The optimizer's memory of one tensor. */
export interface Moment {
  /** Steps this tensor has taken. */
  readonly step: number;
  /** Row-major values by slot name. */
  readonly slots: ReadonlyMap<string, Float32Array>;
}

/** Labelled descriptors kept with a model: its replay memory, its guard set. */
export interface StoredExamples {
  /** Number N of examples. */
  readonly length: number;
  /** [N, I]. */
  readonly descriptors: Uint8Array;
  /** [N] for each head, in the heads' order. */
  readonly labels: readonly Float64Array[];
}

/** A network's parameters and what the optimizer remembers of them. */
export interface Snapshot {
  /** Row-major values by tensor name. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
  /** By tensor name; a tensor that is missing here has taken no step. */
  readonly moments: ReadonlyMap<string, Moment>;
}

/** Per-input mean and 1 / standard deviation, [I] each. */
export interface Standardization {
  readonly mean: Float32Array;
  readonly inverseDeviation: Float32Array;
}

/** A model with its parameters. */
export interface ModelState extends ModelDescription, Snapshot {
  readonly standardization: Standardization;
  readonly replay?: StoredExamples;
  readonly guard?: StoredExamples;
  /** The best weights so far of a run that is not finished. */
  readonly best?: Snapshot;
}

/** The parts of a model that predicting takes, with the first layer's weight in bytes. */
export interface ServingModel extends ModelDescription {
  readonly standardization: Standardization;
  /** Row-major values by tensor name, of all but {@linkcode byteWeight}. */
  readonly parameters: ReadonlyMap<string, Float32Array>;
  /** The first trunk layer's weight; undefined where there is no trunk. */
  readonly byteWeight: ByteWeight | undefined;
}

/** Copies a network's parameters out. */
export function parametersFrom(network: Network): Map<string, Float32Array> {
  return new Map(
    parametersOf(network).map((tensor) => [tensor.name, readParameter(tensor)]),
  );
}

/**
 * Copies parameters into a network's memory; tensors the network does not have are left
 * out.
 *
 * @throws {CheckpointError} If one of the network's tensors is missing.
 */
export function loadParameters(
  network: Network,
  parameters: ReadonlyMap<string, Float32Array>,
): void {
  for (const tensor of parametersOf(network)) {
    const values = parameters.get(tensor.name);
    if (values === undefined) {
      throw new CheckpointError(
        `Cannot load the model: expected a tensor ${tensor.name}, got none`,
      );
    }
    writeParameter(tensor, values);
  }
}

/** An optimizer's state in memory: steps by tensor name, one table per slot. */
interface MomentTables {
  readonly steps: Map<string, number>;
  readonly slots: readonly Network[];
}

/** Copies the moments out of `state`, whose tables are named by `slots`. */
export function momentsFrom(
  state: MomentTables,
  slots: readonly string[],
): Map<string, Moment> {
  const tables = state.slots.map((network) => parametersFrom(network));
  return new Map(
    Array.from(state.steps, ([name, step]): [string, Moment] => [name, {
      step,
      slots: new Map(
        slots.map((slot, index) => [slot, tables[index]!.get(name)!]),
      ),
    }]),
  );
}

/**
 * Copies moments into `state`; a tensor without moments starts at step 0 with zeros.
 *
 * @throws {CheckpointError} If a tensor has steps but lacks one of the slots.
 */
export function loadMoments(
  state: MomentTables,
  slots: readonly string[],
  moments: ReadonlyMap<string, Moment>,
): void {
  state.steps.clear();
  state.slots.forEach((network, index) => {
    network.all.fill(0);
    for (const tensor of parametersOf(network)) {
      const moment = moments.get(tensor.name);
      if (moment === undefined) continue;
      const values = moment.slots.get(slots[index]!);
      if (values === undefined) {
        throw new CheckpointError(
          `Cannot load the optimizer's state: expected ${
            slots[index]
          } of ${tensor.name}, got ${
            [...moment.slots.keys()].join(", ") || "none"
          }`,
        );
      }
      writeParameter(tensor, values);
      state.steps.set(tensor.name, moment.step);
    }
  });
  if (slots.length === 0) {
    for (const [name, { step }] of moments) state.steps.set(name, step);
  }
}

/** The number of rows of its network that a model gives to every image. */
export function rowsPerImage(
  { preprocessing }: ModelDescription,
): RowsPerExample {
  return preprocessing.mirrored ? 2 : 1;
}

/** The shape of every parameter of a description, by name. */
export function shapesOf(
  { sizes }: ModelDescription,
): Map<string, readonly number[]> {
  return new Map(tensorSpecs(sizes).map(({ name, shape }) => [name, shape]));
}
