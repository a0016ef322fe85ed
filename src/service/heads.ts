/** The heads as the store keeps them: parameters and moments, tensor by tensor. @module */

import type { Moment } from "../model/state.ts";
import type { TensorRecord } from "../store/manifest.ts";
import type { ModelStore, Tensor } from "../store/store.ts";
import type { Heads } from "./tuner.ts";
import type { Version } from "./versions.ts";
import { isHead } from "./weights.ts";

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
  const slots = new Map<string, Map<string, Float32Array>>();
  const stored = manifest.tensors.filter(({ name }) => isMomentOfHead(name));
  for (const [name, values] of await store.read(stored)) {
    const [, tensor, slot] = MOMENT.exec(name)!;
    slots.set(tensor!, (slots.get(tensor!) ?? new Map()).set(slot!, values));
  }
  const moments = new Map(base.moments);
  for (const [tensor, step] of Object.entries(manifest.steps)) {
    if (!isHead(tensor)) continue;
    moments.set(tensor, { step, slots: slots.get(tensor) ?? new Map() });
  }
  return { parameters: new Map([...base.parameters, ...parameters]), moments };
}

/** The tensors of heads, named and shaped as in a file. */
export function headTensors(
  { parameters, moments }: Heads,
  shapes: ReadonlyMap<string, readonly number[]>,
): Tensor[] {
  const tensors: Tensor[] = [];
  for (const [name, shape] of shapes) {
    const values = parameters.get(name);
    if (values === undefined || !isHead(name)) continue;
    tensors.push({ name, shape, values });
    for (const [slot, moment] of moments.get(name)?.slots ?? []) {
      tensors.push({ name: `optim.${name}.${slot}`, shape, values: moment });
    }
  }
  return tensors;
}

/** Step counts of heads. */
export function headSteps(
  moments: ReadonlyMap<string, Moment>,
): Record<string, number> {
  return Object.fromEntries(
    Array.from(moments, ([name, { step }]) => [name, step] as const)
      .filter(([name]) => isHead(name)),
  );
}

/** The tensors of a version that a fine-tune of the heads leaves as they are. */
export function restOf(tensors: readonly TensorRecord[]): TensorRecord[] {
  return tensors.filter(({ name }) => !isHead(name) && !isMomentOfHead(name));
}

/** Names a version's trunk; the base model's is the empty text. */
export function trunkName(tensors: readonly TensorRecord[]): string {
  return tensors.filter(({ name }) => name.startsWith("trunk."))
    .map(({ sha256 }) => sha256).join(" ");
}

function isMomentOfHead(name: string): boolean {
  const tensor = MOMENT.exec(name)?.[1];
  return tensor !== undefined && isHead(tensor);
}
