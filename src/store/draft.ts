/** Drafts: new versions before they are written. @module */

import { sha256 } from "../model/bits.ts";
import {
  type BaseModel,
  blobsOf,
  type ChangeLog,
  type HeadsRecord,
  introducerOf,
  type Manifest,
  type MemoryRecord,
  stateHash,
  type TensorRecord,
  trunkName,
} from "./manifest.ts";

/** The newest version, which changes build on, and the stamp by which a write checks that it still is. */
export interface StoreHead {
  readonly manifest: Manifest;
  /** Null while the store holds no version of its own. */
  readonly stamp: string | null;
}

/** A tensor to be stored: row-major values. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A new version, but for its number, parent and hash. */
export interface Draft {
  readonly change: Manifest["change"];
  readonly restored?: number;
  readonly step: number;
  readonly steps: Readonly<Record<string, number>>;
  /** Every tensor that differs from the base model's: new values, or a record of blobs stored already. */
  readonly tensors: readonly (Tensor | TensorRecord)[];
  readonly loss?: Manifest["loss"];
  readonly guard?: Manifest["guard"];
  readonly log?: Omit<ChangeLog, "features"> & { readonly features: Tensor };
  readonly memory?: DraftMemory | undefined;
  readonly heads?: HeadsRecord | undefined;
  /** The version that introduced its trunk and labels, if it is known; by default, that of a parent with the same ones. */
  readonly introduced?: number | undefined;
  readonly by?: string | undefined;
}

/** A memory to be stored: new blocks by their values, those stored already by their records. */
export interface DraftMemory {
  readonly blocks: readonly (Tensor | TensorRecord)[];
  readonly order: readonly number[];
}

/** A manifest with the bytes of the blobs that it introduces. */
export interface Prepared {
  readonly manifest: Manifest;
  readonly blobs: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

/** Turns a draft into a manifest, with its hashes, number and parent. */
export async function prepareDraft(
  base: BaseModel,
  head: StoreHead,
  draft: Draft,
): Promise<Prepared> {
  const blobs = new Map<string, Uint8Array<ArrayBuffer>>();
  const tensors: TensorRecord[] = [];
  for (const tensor of draft.tensors) {
    tensors.push(await record(tensor, blobs));
  }
  tensors.sort((a, b) => a.name < b.name ? -1 : 1);
  const { step, steps, heads, by } = draft;
  const memory = draft.memory && await memoryRecord(draft.memory, blobs);
  const log = draft.log === undefined
    ? null
    : { ...draft.log, features: await record(draft.log.features, blobs) };
  for (const { sha256 } of blobsOf(head.manifest)) blobs.delete(sha256);
  const introduced = draft.introduced ??
    introducer(head.manifest, tensors, heads);
  const parts = { ...(memory && { memory }), ...(heads && { heads }) };
  return {
    blobs,
    manifest: {
      version: head.manifest.version + 1,
      parent: head.manifest.version,
      change: draft.change,
      restored: draft.restored ?? null,
      sha256: await stateHash(base, { step, steps, tensors, ...parts }),
      step,
      steps,
      tensors,
      createdAt: new Date().toISOString(),
      loss: draft.loss ?? null,
      guard: draft.guard ?? null,
      log,
      ...parts,
      ...(introduced > 0 && { introduced }),
      ...(by !== undefined && { by }),
      commit: crypto.randomUUID(),
    },
  };
}

/** The version that introduced the trunk and the labels of a child of `parent`. */
function introducer(
  parent: Manifest,
  tensors: readonly TensorRecord[],
  heads: HeadsRecord | undefined,
): number {
  const trunk = trunkName(tensors);
  if (trunk === "" && heads === undefined) return 0;
  const same = trunk === trunkName(parent.tensors) &&
    JSON.stringify(heads) === JSON.stringify(parent.heads);
  return same ? introducerOf(parent) : parent.version + 1;
}

async function memoryRecord(
  { blocks, order }: DraftMemory,
  blobs: Map<string, Uint8Array<ArrayBuffer>>,
): Promise<MemoryRecord> {
  const records: TensorRecord[] = [];
  for (const block of blocks) records.push(await record(block, blobs));
  return { blocks: records, order };
}

async function record(
  tensor: Tensor | TensorRecord,
  blobs: Map<string, Uint8Array<ArrayBuffer>>,
): Promise<TensorRecord> {
  if (!("values" in tensor)) return tensor;
  const { name, shape, values } = tensor;
  const bytes = new Uint8Array(new Float32Array(values).buffer);
  const hash = await sha256(bytes);
  blobs.set(hash, bytes);
  return { name, dtype: "F32", shape, sha256: hash };
}
