/** The engine without a database: it is empty, and refuses writes. @module */

import { StoreError } from "../errors.ts";
import type { Engine } from "./engine.ts";

/** Makes an empty engine whose writes fail, naming what is missing. */
export function absentEngine(cause: unknown): Engine {
  return {
    read: (keys) => Promise.resolve(keys.map(() => undefined)),
    list: () => Promise.resolve([]),
    write: () =>
      Promise.reject(
        new StoreError(
          "Cannot keep what is learned: expected a database, got none: attach a KV database " +
            "to this app in the dashboard and deploy it again, or set STORE to postgres://…",
          { cause },
        ),
      ),
    close: () => Promise.resolve(),
  };
}
