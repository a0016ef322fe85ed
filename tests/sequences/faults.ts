/** An engine that fails when it is told to. @module */

import { StoreError } from "../../src/errors.ts";
import type { Engine } from "../../src/store/engine.ts";

/**
 * How the store fails a change: its write is refused (`down`), it is done but the answer
 * gets lost (`lost`), or the store is also gone when the service looks whether it was
 * (`gone`).
 */
export type Fault = "none" | "down" | "lost" | "gone";

/** The faults of one engine. */
export class Faults {
  #next: Fault = "none";
  #silent = false;

  /** Sets the fault of the next write. */
  set(fault: Fault): void {
    this.#next = fault;
    this.#silent = false;
  }

  /** An engine that has them. */
  of(engine: Engine): Engine {
    return {
      read: (keys) => this.#read(() => engine.read(keys)),
      list: (prefix, options) => this.#read(() => engine.list(prefix, options)),
      write: async (write) => {
        const fault = this.#next;
        this.#next = "none";
        if (fault === "down") throw new StoreError("the store is down");
        const done = await engine.write(write);
        if (fault === "none") return done;
        this.#silent = fault === "gone";
        throw new StoreError("the answer is lost");
      },
      close: () => engine.close(),
    };
  }

  async #read<T>(read: () => Promise<T>): Promise<T> {
    if (!this.#silent) return await read();
    this.#silent = false;
    throw new StoreError("the store is gone");
  }
}
