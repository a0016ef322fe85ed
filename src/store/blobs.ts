/**
 * Blobs: bytes named by their SHA-256, in chunks that every engine takes.
 *
 * @module
 */

import { StoreError } from "../errors.ts";
import { sha256 } from "./digest.ts";
import { type Engine, type Key, MAX_VALUE_BYTES } from "./engine.ts";

/** The keys of a blob's chunks, in order. */
export function blobKeys(root: Key, hash: string, bytes: number): Key[] {
  const count = Math.ceil(bytes / MAX_VALUE_BYTES);
  return Array.from({ length: count }, (_, chunk) => [
    ...root,
    "blobs",
    hash,
    String(chunk).padStart(6, "0"),
  ]);
}

/** The entries that store a blob. */
export function blobEntries(
  root: Key,
  hash: string,
  bytes: Uint8Array<ArrayBuffer>,
): { key: Key; value: Uint8Array<ArrayBuffer> }[] {
  return blobKeys(root, hash, bytes.length).map((key, chunk) => {
    const start = chunk * MAX_VALUE_BYTES;
    return { key, value: bytes.slice(start, start + MAX_VALUE_BYTES) };
  });
}

/**
 * Reads blobs in one pass and verifies every hash.
 *
 * @throws {StoreError} If a chunk is missing or a hash differs.
 */
export async function readBlobs(
  engine: Engine,
  root: Key,
  wanted: readonly { sha256: string; bytes: number }[],
): Promise<Uint8Array<ArrayBuffer>[]> {
  const keys = wanted.map((blob) => blobKeys(root, blob.sha256, blob.bytes));
  const entries = (await engine.read(keys.flat())).values();
  const blobs: Uint8Array<ArrayBuffer>[] = [];
  for (const [i, { sha256: hash, bytes }] of wanted.entries()) {
    const blob = new Uint8Array(bytes);
    let length = 0;
    for (let chunk = 0; chunk < keys[i]!.length; chunk++) {
      const value = entries.next().value?.value;
      if (value === undefined || length + value.length > bytes) {
        throw damaged(hash, value === undefined ? "nothing" : "more bytes");
      }
      blob.set(value, length);
      length += value.length;
    }
    const found = await sha256(blob);
    if (length !== bytes || found !== hash) throw damaged(hash, found);
    blobs.push(blob);
  }
  return blobs;
}

function damaged(hash: string, found: string): StoreError {
  return new StoreError(
    `Cannot read a blob from the store: expected sha256 ${hash}, got ${found}`,
  );
}
