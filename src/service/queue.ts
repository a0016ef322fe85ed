/** A queue of work that is done one piece at a time, in order. @module */

import { BusyError } from "../errors.ts";

/** A queue with a bounded length. */
export class Queue {
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** @param limit The most pieces that may wait or run at once. */
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
