/**
 * The model store's engine over Deno KV: a local SQLite file, memory, or the
 * database that Deno Deploy assigns.
 *
 * @module
 */

import { jitter } from "../waiting.ts";
import type { Engine, Entry, Key, ListOptions, Write } from "./engine.ts";

/** Deno KV reads at most this many keys in one call. */
const READ_BATCH = 10;
/** The most repetitions of a call while other processes lock the file, and the longest pause between them. */
const LOCKED_ATTEMPTS = 100;
const LOCKED_PAUSE = 20;

/**
 * Opens Deno KV as an engine.
 *
 * @param path A file, ":memory:", or undefined for the platform's own.
 */
export async function openKvEngine(path?: string): Promise<Engine> {
  return kvEngine(await unlocked(() => Deno.openKv(path)));
}

function kvEngine(kv: Deno.Kv): Engine {
  return {
    async read(keys) {
      const entries: (Entry | undefined)[] = [];
      for (let i = 0; i < keys.length; i += READ_BATCH) {
        const batch = keys.slice(i, i + READ_BATCH).map((key) => [...key]);
        const found = await unlocked(() => kv.getMany(batch));
        entries.push(...found.map(toEntry));
      }
      return entries;
    },

    async list(prefix, options = {}) {
      const found = await unlocked(() =>
        Array.fromAsync(kv.list(selector(prefix, options), options))
      );
      return found.map(toEntry).filter((entry) => entry !== undefined);
    },

    async write(write) {
      return (await unlocked(() => atomic(kv, write).commit())).ok;
    },

    close() {
      kv.close();
      return Promise.resolve();
    },
  };
}

function selector(prefix: Key, { before }: ListOptions): Deno.KvListSelector {
  return before === undefined
    ? { prefix: [...prefix] }
    : { prefix: [...prefix], end: [...before] };
}

function atomic(kv: Deno.Kv, write: Write): Deno.AtomicOperation {
  const operation = kv.atomic();
  for (const { key, stamp } of write.checks ?? []) {
    operation.check({ key: [...key], versionstamp: stamp });
  }
  for (const { key, value, expireIn } of write.sets ?? []) {
    operation.set([...key], value, expireIn === undefined ? {} : { expireIn });
  }
  for (const key of write.deletes ?? []) operation.delete([...key]);
  return operation;
}

function toEntry(entry: Deno.KvEntryMaybe<unknown>): Entry | undefined {
  if (entry.versionstamp === null) return undefined;
  const key = entry.key.map(String);
  if (!(entry.value instanceof Uint8Array)) {
    throw new TypeError(
      `Cannot read ${
        key.join("/")
      } from the store: expected bytes, got ${typeof entry
        .value}`,
    );
  }
  return {
    key,
    value: entry.value as Uint8Array<ArrayBuffer>,
    stamp: entry.versionstamp,
  };
}

/**
 * Repeats a call while another process has locked the local file: SQLite refuses it at
 * once, with nothing done.
 */
async function unlocked<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await call();
    } catch (error) {
      const locked = error instanceof Error &&
        error.message.includes("database is locked");
      if (!locked || attempt === LOCKED_ATTEMPTS) throw error;
    }
    await jitter(LOCKED_PAUSE);
  }
}
