/**
 * The share of the event loop that work on large bodies may take: whoever sends a
 * small image gets an answer between two pieces of it.
 *
 * @module
 */

import { CLOCK, type Clock } from "../src/waiting.ts";

/** The part of the time that such work takes when there is more of it than that. */
const SHARE = 1 / 8;
/** How far it may be ahead of that, in milliseconds: one large body after a rest is not slowed. */
const CREDIT = 150;
/** Milliseconds that it takes to receive a byte. */
const PER_BYTE = 1.5e-6;

/** Work in pieces, one at a time in the order it came, with rests in between. */
export class Pace {
  #last: Promise<unknown> = Promise.resolve();
  /** When the time that was taken will have come to the share. */
  #even = 0;

  constructor(private readonly clock: Clock = CLOCK) {}

  /** Does a piece of work when it is its turn. */
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
