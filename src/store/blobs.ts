/**
 * Blobs: the bytes of tensors, named by their SHA-256, in chunks small enough for every
 * engine. Each chunk is packed by itself; names and lengths are those of the unpacked
 * bytes.
 *
 * @module
 */

import { StoreError } from "../errors.ts";
import { sha256 } from "../model/bits.ts";
import {
  type Assignment,
  type Engine,
  type Key,
  MAX_VALUE_BYTES,
  MAX_WRITE_BYTES,
  MAX_WRITE_CHANGES,
} from "./engine.ts";
import { pack, unpack } from "./planes.ts";

/** A blob's hash and its length in bytes. */
export interface BlobName {
  readonly sha256: string;
  readonly bytes: number;
}

/** The keys of a blob's chunks, in order. */
export function blobKeys(root: Key, { sha256, bytes }: BlobName): Key[] {
  const count = Math.ceil(bytes / MAX_VALUE_BYTES);
  return Array.from({ length: count }, (_, chunk) => [
    ...root,
    "blobs",
    sha256,
    String(chunk).padStart(6, "0"),
  ]);
}

/** Packs blobs into entries, in batches of one write each. */
export async function packBlobs(
  root: Key,
  blobs: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
): Promise<Assignment[][]> {
  const batches: Assignment[][] = [[]];
  let room = MAX_WRITE_BYTES;
  for (const [sha256, bytes] of blobs) {
    const keys = blobKeys(root, { sha256, bytes: bytes.length });
    for (const [chunk, key] of keys.entries()) {
      const start = chunk * MAX_VALUE_BYTES;
      const value = await pack(bytes.slice(start, start + MAX_VALUE_BYTES));
      const full = batches.at(-1)!.length === MAX_WRITE_CHANGES;
      if (full || value.length > room) {
        batches.push([]);
        room = MAX_WRITE_BYTES;
      }
      batches.at(-1)!.push({ key, value });
      room -= value.length;
    }
  }
  return batches;
}

/**
 * Reads blobs in one pass and verifies every hash.
 *
 * @throws {StoreError} If a chunk is missing or a hash differs.
 */
export async function readBlobs(
  engine: Engine,
  root: Key,
  wanted: readonly BlobName[],
): Promise<Uint8Array<ArrayBuffer>[]> {
  const keys = wanted.map((blob) => blobKeys(root, blob));
  const entries = (await engine.read(keys.flat())).values();
  const blobs: Uint8Array<ArrayBuffer>[] = [];
  for (const [i, { sha256: hash, bytes }] of wanted.entries()) {
    const blob = new Uint8Array(bytes);
    for (let chunk = 0; chunk < keys[i]!.length; chunk++) {
      const packed = entries.next().value?.value;
      if (packed === undefined) throw damaged(hash, "nothing");
      const start = chunk * MAX_VALUE_BYTES;
      const length = Math.min(bytes - start, MAX_VALUE_BYTES);
      const values = await unpack(packed, length);
      if (values === undefined) throw damaged(hash, "something else");
      blob.set(values, start);
    }
    const found = await sha256(blob);
    if (found !== hash) throw damaged(hash, found);
    blobs.push(blob);
  }
  return blobs;
}

function damaged(hash: string, found: string): StoreError {
  return new StoreError(
    `Cannot read a blob from the store: expected sha256 ${hash}, got ${found}`,
  );
}
