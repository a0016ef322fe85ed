/**
 * The share of the event loop that work on large bodies may take, so that small images are
 * answered in between.
 *
 * @module
 */

import { CLOCK, type Clock } from "../src/waiting.ts";

/** The share of the time that such work may take. */
const SHARE = 1 / 8;
/** Milliseconds by which it may exceed that: a single large body is not slowed down. */
const CREDIT = 150;
/** Milliseconds that it takes to receive a byte. */
const PER_BYTE = 1.5e-6;

/** Runs pieces of work one at a time, in order, with pauses in between. */
export class Pace {
  #last: Promise<unknown> = Promise.resolve();
  /** The time at which the work so far will be down to its share. */
  #even = 0;

  constructor(private readonly clock: Clock = CLOCK) {}

  /** Runs a piece of work in its turn. */
  run<T>(work: () => T): Promise<T> {
    return this.#inTurn(() => {
      const start = this.clock.now();
      try {
        return work();
      } finally {
        this.#take(this.clock.now() - start);
      }
    });
  }

  /** Resolves when so many bytes may be received. */
  receive(bytes: number): Promise<void> {
    return this.#inTurn(() => this.#take(PER_BYTE * bytes));
  }

  #inTurn<T>(work: () => T): Promise<T> {
    const result = this.#last.then(async () => {
      const ahead = this.#even - this.clock.now() - CREDIT;
      if (ahead > 0) await this.clock.pause(Math.ceil(ahead));
      return work();
    });
    this.#last = result.catch(() => {});
    return result;
  }

  #take(milliseconds: number): void {
    this.#even = Math.max(this.#even, this.clock.now()) + milliseconds / SHARE;
  }
}

/** The pace of this process, which has one event loop. */
export const PACE = new Pace();
