/** Work that is done one piece at a time, in the order it came. @module */

import { BusyError } from "../errors.ts";

/** A line of pieces of work with a bounded number waiting. */
export class Queue {
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** @param limit How many pieces may wait or run at once. */
  constructor(readonly limit: number) {}

  /**
   * Runs `work` when everything before it is done.
   *
   * @throws {BusyError} If `limit` pieces wait already.
   */
  run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= this.limit) {
      throw new BusyError(
        `Cannot take on more work: expected fewer than ${this.limit} waiting, got ${this.#waiting}`,
      );
    }
    this.#waiting++;
    const result = this.#last.then(work).finally(() => this.#waiting--);
    this.#last = result.catch(() => {});
    return result;
  }

  /** Resolves when nothing waits or runs. */
  async idle(): Promise<void> {
    while (this.#waiting > 0) await this.#last;
  }
}
