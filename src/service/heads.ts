/** The heads as the store keeps them: parameters and moments, tensor by tensor. @module */

import { sameBits } from "../model/bits.ts";
import {
  type ModelDescription,
  type Moment,
  shapesOf,
} from "../model/state.ts";
import {
  type HeadsRecord,
  introducerOf,
  type Manifest,
  type TensorRecord,
} from "../store/manifest.ts";
import type { Tensor } from "../store/draft.ts";
import type { ModelStore } from "../store/store.ts";
import type { Parameters } from "./network.ts";
import type { Heads } from "./tuner.ts";
import type { Version } from "./versions.ts";
import { isHead } from "./weights.ts";

/** The name of a stored moment: its tensor, its slot. */
const MOMENT = /^optim\.(.*)\.([^.]*)$/;

/**
 * The heads of a version: its own where it has any, the base model's elsewhere.
 *
 * @throws {StoreError} If a moment is damaged.
 */
export async function readHeads(
  store: ModelStore,
  { manifest, parameters }: Version,
  base: Heads,
): Promise<Heads> {
  const stored = manifest.tensors.filter(({ name }) => isMomentOfHead(name));
  const steps = Object.entries(manifest.steps).filter(([name]) => isHead(name));
  return {
    parameters: new Map([...base.parameters, ...parameters]),
    moments: mergedMoments(
      base.moments,
      Object.fromEntries(steps),
      await store.read(stored),
    ),
  };
}

/** The parameters of a version whose heads have changed, but for those that are the base model's. */
export function withHeads(
  version: Parameters,
  heads: Parameters,
  base: Parameters,
): Parameters {
  return new Map([
    ...[...version].filter(([name]) => !isHead(name)),
    ...[...heads].filter(([name, values]) => !sameBits(values, base.get(name))),
  ]);
}

/** The base model's moments, with those that a version has of its own. */
export function mergedMoments(
  base: ReadonlyMap<string, Moment>,
  steps: Readonly<Record<string, number>>,
  stored: ReadonlyMap<string, Float32Array>,
): Map<string, Moment> {
  const moments = new Map(base);
  const get = (name: string) =>
    moments.get(name) ?? { step: 0, slots: new Map() };
  for (const [name, step] of Object.entries(steps)) {
    moments.set(name, { ...get(name), step });
  }
  for (const [name, values] of stored) {
    const [, tensor, slot] = MOMENT.exec(name) ?? [];
    if (tensor === undefined) continue;
    const { step, slots } = get(tensor);
    moments.set(tensor, { step, slots: new Map([...slots, [slot!, values]]) });
  }
  return moments;
}

/** The moments whose tensors still have the length that they had; the others start anew. */
export function fittingMoments(
  moments: ReadonlyMap<string, Moment>,
  lengthOf: (tensor: string) => number | undefined,
): Map<string, Moment> {
  return new Map(
    [...moments].filter(([name, { slots }]) =>
      [...slots.values()].every(({ length }) => length === lengthOf(name))
    ),
  );
}

/** The tensors of heads that differ from the base model's, named and shaped as in a file. */
export function headTensors(
  heads: Heads,
  base: Heads,
  shapes: ReadonlyMap<string, readonly number[]>,
): Tensor[] {
  return differing(tensorsOf(heads, shapes), tensorsOf(base, shapes));
}

/** Those of `tensors` that are not the same, bit by bit, in `base`. */
export function differing(
  tensors: readonly Tensor[],
  base: readonly Tensor[],
): Tensor[] {
  const known = new Map(base.map(({ name, values }) => [name, values]));
  return tensors.filter(({ name, values }) =>
    !sameBits(values, known.get(name))
  );
}

/** Parameters and moments as tensors named as in a file; parameters without a shape are left out. */
export function tensorsOf(
  { parameters, moments }: Heads,
  shapes: ReadonlyMap<string, readonly number[]>,
): Tensor[] {
  const tensors: Tensor[] = [];
  for (const [name, shape] of shapes) {
    const values = parameters.get(name);
    if (values !== undefined) tensors.push({ name, shape, values });
    for (const [slot, moment] of moments.get(name)?.slots ?? []) {
      tensors.push({ name: `optim.${name}.${slot}`, shape, values: moment });
    }
  }
  return tensors;
}

/** Step counts where they differ from the base model's; those that `moments` lacks stay as they were. */
export function changedSteps(
  before: Readonly<Record<string, number>>,
  { moments }: Heads,
  base: Heads,
): Record<string, number> {
  const steps = { ...before };
  for (const [name, { step }] of moments) {
    if (step === base.moments.get(name)?.step) delete steps[name];
    else steps[name] = step;
  }
  return steps;
}

/** The tensors of a version that a fine-tune of the heads leaves as they are. */
export function restOf(tensors: readonly TensorRecord[]): TensorRecord[] {
  return tensors.filter(({ name }) => !isHead(name) && !isMomentOfHead(name));
}

/** Whether a tensor is a second moment that corrections keep: `correction.<tensor>.exp_avg_sq`. */
export function isCorrectionMoment(name: string): boolean {
  return /^correction\..*\.exp_avg_sq$/.test(name);
}

/** The heads that a manifest keeps: none where labels and calibration are the base model's. */
export function ownHeads(
  { heads, calibration }: HeadsRecord,
  base: ModelDescription,
): HeadsRecord | undefined {
  const parts = [heads, calibration];
  const baseParts = [base.sizes.heads, base.calibration];
  return JSON.stringify(parts) === JSON.stringify(baseParts)
    ? undefined
    : { heads, calibration };
}

/** A version's heads: the base model's where it has none of its own. */
export function headsOf(
  { sizes: { heads }, calibration }: ModelDescription,
  manifest: Manifest,
): HeadsRecord {
  return manifest.heads ?? { heads, calibration };
}

/** The shapes of the parameters of heads, by name. */
export function headShapes(
  model: ModelDescription,
  { heads }: HeadsRecord,
): Map<string, readonly number[]> {
  const shapes = shapesOf({ ...model, sizes: { ...model.sizes, heads } });
  return new Map([...shapes].filter(([name]) => isHead(name)));
}

/**
 * The heads' parameters of the version that introduced a version's trunk and labels; if it
 * is there no more, or damaged, those of the version itself.
 */
export async function introducedParameters(
  store: ModelStore,
  manifest: Manifest,
): Promise<Map<string, Float32Array>> {
  const introducer = await store.manifest(introducerOf(manifest));
  const isThere = introducer !== undefined &&
    introducer.change !== "unreadable";
  return await store.load(isThere ? introducer : manifest, isHead);
}

function isMomentOfHead(name: string): boolean {
  const tensor = MOMENT.exec(name)?.[1];
  return tensor !== undefined && isHead(tensor);
}
