/** Garbage collection on request. @module */

let collect: (() => void) | undefined;

/**
 * Collects the garbage of this thread, so that the memory of dropped decoders is freed at
 * once: the engine itself waits until there is more of it. The modules for this are loaded
 * with the first call; they would make a worker's start longer by a third.
 *
 * @returns Whether that could be done: Deno 2.5 cannot.
 */
export async function collectGarbage(): Promise<boolean> {
  try {
    collect ??= await collector();
    collect();
    return true;
  } catch {
    return false;
  }
}

async function collector(): Promise<() => void> {
  const [v8, vm] = await Promise.all([import("node:v8"), import("node:vm")]);
  v8.setFlagsFromString("--expose-gc");
  return vm.runInNewContext("gc");
}
