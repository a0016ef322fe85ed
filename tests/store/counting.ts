/** An engine that counts what it is asked for. @module */

import type { Engine } from "../../src/store/engine.ts";

/** What was asked for since it was reset. */
export interface Cost {
  /** Keys read. */
  reads: number;
  /** Atomic writes. */
  writes: number;
  /** Entries written. */
  entries: number;
  /** Bytes of their values. */
  bytes: number;
}

/** An engine that counts. */
export interface CountingEngine extends Engine {
  readonly cost: Cost;
  reset(): void;
}

/** Counts the calls of an engine. */
export function counting(engine: Engine): CountingEngine {
  const cost: Cost = { reads: 0, writes: 0, entries: 0, bytes: 0 };
  return {
    cost,
    reset: () =>
      Object.assign(cost, { reads: 0, writes: 0, entries: 0, bytes: 0 }),
    read(keys) {
      cost.reads += keys.length;
      return engine.read(keys);
    },
    async list(prefix, options) {
      const entries = await engine.list(prefix, options);
      cost.reads += entries.length;
      return entries;
    },
    write(write) {
      cost.writes++;
      for (const { value } of write.sets ?? []) {
        cost.entries++;
        cost.bytes += value.length;
      }
      return engine.write(write);
    },
    close: () => engine.close(),
  };
}
