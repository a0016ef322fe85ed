/**
 * Retention and garbage collection: removes old versions, and the blobs that no kept
 * version refers to.
 *
 * A sweep of blobs checks that the head and the staging stamp are those that it decided
 * on. A commit that needs a blob either comes first, and the sweep decides again, or
 * comes after it and writes the blob itself, unless it inherits the blob: from the
 * head, which is never removed, or, in a rollback, from an old version whose presence
 * the commit checks.
 *
 * @module
 */

import { blobKeys } from "./blobs.ts";
import {
  type Assignment,
  type Check,
  type Entry,
  type Key,
  MAX_WRITE_CHANGES,
} from "./engine.ts";
import {
  blobsOf,
  decode,
  encode,
  introducerOf,
  type Manifest,
} from "./manifest.ts";
import { stagedKey, stagingKey, type StagingRecord } from "./staging.ts";
import { type ModelStore, versionKey } from "./store.ts";
import { readTags } from "./tags.ts";

/** Versions that one collection retires at most, so that it fits in one write. */
const RETIRE_BATCH = 32;
/** The number of times a sweep is tried again because the head moved meanwhile. */
const SWEEP_ATTEMPTS = 10;

/**
 * Keeps the newest `keep` versions, every tagged one, and those that introduced the labels
 * or the trunk of one that is kept; removes the oldest of the others, up to 32 at a time.
 *
 * @returns The versions removed, or undefined if the store changed too fast: the next
 * collection continues.
 */
export async function collect(
  store: ModelStore,
  keep: number,
): Promise<readonly number[] | undefined> {
  const retired = await retire(store, keep);
  if (retired === undefined) return undefined;
  const staging = await store.engine.list([...store.root, "staging"]);
  for (const entry of staging) {
    if (!await sweep(store, entry)) return undefined;
  }
  return retired;
}

/** Removes old manifests, and records their blobs to be swept. */
async function retire(
  store: ModelStore,
  keep: number,
): Promise<readonly number[] | undefined> {
  const { engine, root } = store;
  const [staged] = await stampsOf(store, [stagedKey(root)]);
  const manifests = await store.manifests();
  const tagged = new Set((await readTags(store)).values());
  const kept = manifests.filter(({ version }, i) =>
    i < Math.max(1, keep) || tagged.has(version)
  );
  const needed = new Set([
    ...kept.map(({ version }) => version),
    ...kept.map(introducerOf),
  ]);
  const retired = manifests.filter(({ version }) => !needed.has(version))
    .slice(-RETIRE_BATCH);
  const done = retired.length === 0 || await engine.write({
    checks: [staged!],
    deletes: retired.map(({ version }) => versionKey(root, version)),
    sets: [abandonedRecord(root, retired)],
  });
  return done ? retired.map(({ version }) => version) : undefined;
}

/** Removes the blobs of an abandoned staging record that nothing else needs, then the record. */
async function sweep(
  store: ModelStore,
  { key, value, stamp }: Entry,
): Promise<boolean> {
  const { engine, root } = store;
  const record = decode<StagingRecord>(value);
  if (record.expiresAt > Date.now()) return true;
  if (record.expiresAt > 0) {
    // Its writer may only be slow: from here on, its commit fails.
    const claimed = encode({ ...record, expiresAt: 0 });
    if (
      !await engine.write({
        checks: [{ key, stamp }],
        sets: [{ key, value: claimed }],
      })
    ) return true;
  }
  for (let attempt = 0; attempt < SWEEP_ATTEMPTS; attempt++) {
    const checks = await stampsOf(store, [[...root, "head"], stagedKey(root)]);
    const needed = await neededBlobs(store);
    // The record goes last: a sweep that is cut short is taken up by the next.
    const deletes = [
      ...record.hashes.filter(({ sha256 }) => !needed.has(sha256))
        .flatMap((blob) => blobKeys(root, blob)),
      key,
    ];
    if (await deleteAll(store, checks, deletes)) return true;
  }
  return false;
}

/** The blobs of all versions, and those that are staged for one. */
async function neededBlobs(store: ModelStore): Promise<Set<string>> {
  const manifests = await store.manifests();
  const records = (await store.engine.list([...store.root, "staging"]))
    .map(({ value }) => decode<StagingRecord>(value))
    .filter(({ expiresAt }) => expiresAt > Date.now());
  return new Set([
    ...manifests.flatMap(blobsOf).map(({ sha256 }) => sha256),
    ...records.flatMap(({ hashes }) => hashes).map(({ sha256 }) => sha256),
  ]);
}

async function deleteAll(
  { engine }: ModelStore,
  checks: readonly Check[],
  keys: readonly Key[],
): Promise<boolean> {
  for (let i = 0; i < keys.length; i += MAX_WRITE_CHANGES) {
    const deletes = keys.slice(i, i + MAX_WRITE_CHANGES);
    if (!await engine.write({ checks, deletes })) return false;
  }
  return true;
}

async function stampsOf(
  { engine }: ModelStore,
  keys: readonly Key[],
): Promise<Check[]> {
  const entries = await engine.read(keys);
  return keys.map((key, i) => ({ key, stamp: entries[i]?.stamp ?? null }));
}

function abandonedRecord(
  root: Key,
  retired: readonly Manifest[],
): Assignment {
  const blobs = retired.flatMap(blobsOf);
  const record: StagingRecord = {
    hashes: [...new Map(blobs.map((blob) => [blob.sha256, blob])).values()],
    expiresAt: 0,
  };
  return { key: stagingKey(root), value: encode(record) };
}
