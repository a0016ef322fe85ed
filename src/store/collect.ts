/**
 * Retention and garbage collection: old versions go, and with them the blobs
 * that no kept version refers to.
 *
 * Every write of a collection checks the head and the staging stamp that it
 * read before it decided. A commit that refers to a blob either comes first, and
 * the collection is off, or comes after it, and writes the blob itself: what it
 * inherits instead belongs to the head, which is always kept.
 *
 * @module
 */

import { blobKeys } from "./blobs.ts";
import { type Key, MAX_WRITE_CHANGES, type Write } from "./engine.ts";
import {
  blobsOf,
  decode,
  encode,
  type Manifest,
  tensorBytes,
} from "./manifest.ts";
import { stagedKey, stagingKey, type StagingRecord } from "./staging.ts";
import { type ModelStore, versionKey } from "./store.ts";
import { readTags } from "./tags.ts";

/** Versions that one collection retires at most, so that it fits in one write. */
const RETIRE_BATCH = 32;

/**
 * Keeps the newest `keep` versions and every tagged one; the oldest others go,
 * up to 32 at a time.
 *
 * @returns The versions removed, or undefined if the store changed meanwhile.
 */
export async function collect(
  store: ModelStore,
  keep: number,
): Promise<readonly number[] | undefined> {
  const { engine, root } = store;
  const checks = await currentStamps(store);
  const manifests = await store.manifests();
  const tagged = new Set((await readTags(store)).values());
  const stays = ({ version }: Manifest, i: number) =>
    i < Math.max(1, keep) || tagged.has(version);
  const retired = manifests.filter((manifest, i) => !stays(manifest, i))
    .slice(-RETIRE_BATCH);

  if (retired.length > 0) {
    const done = await engine.write({
      checks,
      deletes: retired.map((
        { version },
      ) => versionKey(root, version)),
      sets: [abandonedRecord(root, retired)],
    });
    if (!done) return undefined;
  }
  const remaining = manifests.filter((manifest) => !retired.includes(manifest));
  const swept = await sweep(store, checks, remaining);
  return swept ? retired.map(({ version }) => version) : undefined;
}

/** Removes the blobs that abandoned staging records name and nothing else needs. */
async function sweep(
  { engine, root }: ModelStore,
  checks: NonNullable<Write["checks"]>,
  kept: readonly Manifest[],
): Promise<boolean> {
  const records = (await engine.list([...root, "staging"]))
    .map((entry) => decode<StagingRecord>(entry.value));
  const abandoned = records.filter(({ expiresAt }) => expiresAt <= Date.now());
  const staged = records.filter((record) => !abandoned.includes(record));
  const needed = new Set([
    ...kept.flatMap(blobsOf).map(({ sha256 }) => sha256),
    ...staged.flatMap(({ hashes }) => hashes).map(({ sha256 }) => sha256),
  ]);
  for (const { key, hashes } of abandoned) {
    // The record goes last: a sweep that is cut short is taken up by the next.
    const deletes = [
      ...hashes.filter(({ sha256 }) => !needed.has(sha256))
        .flatMap(({ sha256, bytes }) => blobKeys(root, sha256, bytes)),
      key,
    ];
    for (let i = 0; i < deletes.length; i += MAX_WRITE_CHANGES) {
      const part = deletes.slice(i, i + MAX_WRITE_CHANGES);
      if (!await engine.write({ checks, deletes: part })) return false;
    }
  }
  return true;
}

async function currentStamps({ engine, root }: ModelStore) {
  const keys = [[...root, "head"], stagedKey(root)];
  const entries = await engine.read(keys);
  return keys.map((key, i) => ({ key, stamp: entries[i]?.stamp ?? null }));
}

function abandonedRecord(root: Key, retired: readonly Manifest[]) {
  const hashes = new Map(
    retired.flatMap(blobsOf).map((
      tensor,
    ) => [tensor.sha256, tensorBytes(tensor)]),
  );
  const record: StagingRecord = {
    key: stagingKey(root),
    hashes: Array.from(hashes, ([sha256, bytes]) => ({ sha256, bytes })),
    expiresAt: 0,
  };
  return { key: record.key, value: encode(record) };
}
