/** A database file that is not there yet. @module */

import { once } from "../once.ts";
import { Deadlines } from "../waiting.ts";
import type { Engine } from "./engine.ts";

/** Milliseconds after which the file is made. */
const LATER = 500;

/**
 * An engine that opens a file which is not there: with the first write, or half a
 * second later. Until then it holds nothing, as long as no other process makes the
 * file. A first answer does not wait for a database in which there is nothing: to
 * make one takes a tenth of a start (measured by tests/bench/start.ts).
 *
 * @param exists Whether the file is there.
 * @param report Told if it cannot be opened when its time has come.
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
