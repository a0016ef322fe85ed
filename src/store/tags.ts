/** Tags: names of versions that are kept however old they get. @module */

import { type Key } from "./engine.ts";
import { decode, encode } from "./manifest.ts";
import { stagedKey } from "./staging.ts";
import { type ModelStore, versionKey } from "./store.ts";

/** Versions by tag. */
export async function readTags(
  store: ModelStore,
): Promise<Map<string, number>> {
  const entries = await store.engine.list([...store.root, "tags"]);
  return new Map(entries.map(({ key, value }) => [
    decodeURIComponent(key.at(-1)!),
    decode<{ version: number }>(value).version,
  ]));
}

/**
 * Names a version, or moves the name to it.
 *
 * @returns False if there is no such version.
 */
export async function setTag(
  store: ModelStore,
  name: string,
  version: number,
): Promise<boolean> {
  const key = versionKey(store.root, version);
  const [entry] = version === 0 ? [] : await store.engine.read([key]);
  if (version !== 0 && entry === undefined) return false;
  return await store.engine.write({
    checks: entry === undefined ? [] : [{ key, stamp: entry.stamp }],
    sets: [
      { key: tagKey(store, name), value: encode({ version }) },
      // A collection that decided before this tag must fail.
      { key: stagedKey(store.root), value: encode(crypto.randomUUID()) },
    ],
  });
}

/** Takes a name away. */
export async function deleteTag(
  store: ModelStore,
  name: string,
): Promise<void> {
  await store.engine.write({ deletes: [tagKey(store, name)] });
}

function tagKey({ root }: ModelStore, name: string): Key {
  return [...root, "tags", encodeURIComponent(name)];
}
