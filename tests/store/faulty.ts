/** Engines that fail on purpose. @module */

import type { Engine } from "../../src/store/engine.ts";

/** Which call fails, and whether its effect happened first. */
export interface Fault {
  readonly call: number;
  readonly after: boolean;
}

/** An engine whose n-th call throws, before or after its effect; counts its calls. */
export function faulty(
  engine: Engine,
  fault: Fault,
): Engine & { readonly calls: number } {
  let calls = 0;
  const attempt = async <T>(call: () => Promise<T>): Promise<T> => {
    const fails = calls++ === fault.call;
    if (fails && !fault.after) throw new Error("The database went away");
    const result = await call();
    if (fails) throw new Error("The connection was lost");
    return result;
  };
  return {
    read: (keys) => attempt(() => engine.read(keys)),
    list: (prefix, options) => attempt(() => engine.list(prefix, options)),
    write: (write) => attempt(() => engine.write(write)),
    close: () => engine.close(),
    get calls() {
      return calls;
    },
  };
}
