/**
 * Staging: blobs too large for one atomic write are written ahead of the commit
 * that refers to them. A staging record names them meanwhile, so that garbage
 * collection leaves them alone; every new record also rewrites `staged`, which
 * a collection checks, so that neither can overlook the other.
 *
 * @module
 */

import { StoreError } from "../errors.ts";
import type { BlobName } from "./blobs.ts";
import type { Assignment, Check, Engine, Key } from "./engine.ts";
import { decode, encode } from "./manifest.ts";

/** Milliseconds that a writer may take between staging and commit: ten minutes. */
const STAGING_LIFETIME = 10 * 60 * 1000;

/** A staging record. */
export interface StagingRecord {
  readonly hashes: readonly BlobName[];
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** The key that changes whenever something is staged. */
export function stagedKey(root: Key): Key {
  return [...root, "staged"];
}

/** A new key for a staging record. */
export function stagingKey(root: Key): Key {
  return [...root, "staging", crypto.randomUUID()];
}

/**
 * Writes blobs, packed in batches, ahead of their commit.
 *
 * @returns The staging record, which the commit checks to be there still, and deletes.
 */
export async function stageBlobs(
  engine: Engine,
  root: Key,
  blobs: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
  batches: readonly (readonly Assignment[])[],
): Promise<Check> {
  const key = stagingKey(root);
  const hashes = Array.from(
    blobs,
    ([sha256, { length: bytes }]) => ({ sha256, bytes }),
  );
  const record: StagingRecord = {
    hashes,
    expiresAt: Date.now() + STAGING_LIFETIME,
  };
  await engine.write({
    sets: [
      { key, value: encode(record) },
      { key: stagedKey(root), value: encode(key.at(-1)) },
    ],
  });
  const [entry] = await engine.read([key]);
  if (entry === undefined) {
    throw new StoreError("Cannot stage blobs: their record is gone");
  }
  for (const sets of batches) await engine.write({ sets });
  return { key, stamp: entry.stamp };
}

/** Releases staged blobs: the next collection may remove those that nothing else needs. */
export async function discardStaged(engine: Engine, key: Key): Promise<void> {
  const [entry] = await engine.read([key]);
  if (entry === undefined) return;
  const record = decode<StagingRecord>(entry.value);
  await engine.write({
    checks: [{ key, stamp: entry.stamp }],
    sets: [{ key, value: encode({ ...record, expiresAt: 0 }) }],
  });
}
