/** A database file that does not exist yet. @module */

import { once } from "../once.ts";
import { Deadlines } from "../waiting.ts";
import type { Engine } from "./engine.ts";

/** Milliseconds after which the file is created. */
const LATER = 500;

/**
 * An engine that creates its file late: with the first write, or after half a second.
 * Until then it is empty, unless another process creates the file. So a first answer
 * does not wait for an empty database: creating one takes a tenth of a start (measured
 * by tests/bench/start.ts).
 *
 * @param exists Whether the file exists.
 * @param report Called if it cannot be opened after that time.
 */
export function lateEngine(
  open: () => Promise<Engine>,
  exists: () => boolean,
  report: (error: unknown) => void,
): Engine {
  const opening = once(open);
  let wanted = false;
  const opened = () => {
    wanted = true;
    end();
    return opening();
  };
  const end = new Deadlines(LATER).start(() => void opened().catch(report));
  const isEmpty = () => !wanted && !exists();
  return {
    read: async (keys) =>
      isEmpty() ? keys.map(() => undefined) : (await opened()).read(keys),
    list: async (prefix, options) =>
      isEmpty() ? [] : (await opened()).list(prefix, options),
    write: async (write) => (await opened()).write(write),
    async close() {
      end();
      await (await opening.made())?.close();
    },
  };
}
