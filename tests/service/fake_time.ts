/** A clock that tests move on. @module */

/** Adds to what `performance.now` tells, until it is disposed. */
export class FakeTime implements Disposable {
  readonly #now = performance.now;
  #ahead = 0;

  constructor() {
    performance.now = () => this.#now.call(performance) + this.#ahead;
  }

  /** Moves the clock on, in milliseconds. */
  advance(milliseconds: number): void {
    this.#ahead += milliseconds;
  }

  [Symbol.dispose](): void {
    performance.now = this.#now;
  }
}
