/** Model states with drawn numbers, for tests of what is written and read. @module */

import { encodeSafetensors } from "../../src/checkpoint/safetensors.ts";
import { tensorsOf } from "../../src/checkpoint/state.ts";
import { UNKNOWN } from "../../src/heads/head.ts";
import { type HeadSpec, kindOf } from "../../src/heads/kinds.ts";
import { PREPROCESSING } from "../../src/image/preprocessing.ts";
import { tensorSpecs } from "../../src/model/sizes.ts";
import {
  type ModelState,
  type Moment,
  neutralCalibration,
  type Snapshot,
  type StoredExamples,
} from "../../src/model/state.ts";
import { Random } from "../../src/nn/prng.ts";
import { createOptimizer } from "../../src/optim/registry.ts";
import { joined } from "./bytes.ts";

/** A state of 12 inputs, two hidden layers of 9 and 10, and these heads; a third of its labels are missing. */
export function drawnState(heads: readonly HeadSpec[]): ModelState {
  const sizes = { inputs: 12, hidden: [9, 10], heads };
  const random = Random.fromSeed(1, "state");
  const { name, options, slots } = createOptimizer("adamw");
  const snapshot = drawnSnapshot(sizes, slots, random);
  return {
    sizes,
    preprocessing: PREPROCESSING,
    calibration: neutralCalibration(sizes),
    optimizer: { name, options },
    training: { note: "any JSON", values: [1, null, true] },
    standardization: {
      mean: drawn(12, random),
      inverseDeviation: drawn(12, random).map(Math.abs),
    },
    ...snapshot,
    replay: drawnExamples(sizes, 6, random),
    guard: drawnExamples(sizes, 4, random),
  };
}

/** Parameters, and moments after 6 steps. */
export function drawnSnapshot(
  sizes: ModelState["sizes"],
  slots: readonly string[],
  random: Random,
): Snapshot {
  const parameters = new Map<string, Float32Array>();
  const moments = new Map<string, Moment>();
  for (const { name, shape: [outputs, inputs = 1] } of tensorSpecs(sizes)) {
    const length = outputs * inputs;
    parameters.set(name, drawn(length, random));
    moments.set(name, {
      step: 6,
      slots: new Map(slots.map((slot) => {
        const values = drawn(length, random);
        return [slot, slot.endsWith("_sq") ? values.map(Math.abs) : values];
      })),
    });
  }
  return { parameters, moments };
}

/** The bytes of a state's file, its tensors and metadata changed by hand. */
export function bytesOf(
  state: ModelState,
  change: (parts: ReturnType<typeof tensorsOf>) => void = () => {},
): Uint8Array<ArrayBuffer> {
  const parts = tensorsOf(state);
  change(parts);
  return joined(encodeSafetensors(parts.tensors, parts.metadata));
}

function drawn(length: number, random: Random): Float32Array {
  return Float32Array.from({ length }, () => random.uniform() - 0.5);
}

function drawnExamples(
  { inputs, heads }: ModelState["sizes"],
  length: number,
  random: Random,
): StoredExamples {
  return {
    length,
    descriptors: Uint8Array.from(
      { length: length * inputs },
      () => random.below(256),
    ),
    labels: heads.map((head, h) =>
      Float64Array.from(
        { length },
        (_, n) => (n + h) % 3 === 2 ? UNKNOWN : drawnLabel(head, random),
      )
    ),
  };
}

function drawnLabel(head: HeadSpec, random: Random): number {
  const groups = kindOf(head).groups(head).length;
  return groups > 0 ? random.below(groups) : 100 * random.uniform();
}
