/** Collecting the garbage of a thread. @module */

import v8 from "node:v8";
import vm from "node:vm";

/**
 * Collects the garbage of this thread, so that memory of decoders that are not used
 * any more is given back at once: the engine itself waits until there is more of it.
 *
 * @returns Whether that could be done: Deno 2.5 has no way to.
 */
export function collectGarbage(): boolean {
  try {
    v8.setFlagsFromString("--expose-gc");
    vm.runInNewContext("gc")();
    return true;
  } catch {
    return false;
  }
}
