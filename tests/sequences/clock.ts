/** A clock that stands still until it is told to go on. @module */

/** Replaces `performance.now` and `Date.now` until it is disposed. */
export class StandingClock implements Disposable {
  readonly #performance = performance.now;
  readonly #date = Date.now;
  #passed = 0;

  constructor() {
    const [started, date] = [performance.now(), Date.now()];
    performance.now = () => started + this.#passed;
    Date.now = () => date + this.#passed;
  }

  /** Milliseconds that have passed. */
  get passed(): number {
    return this.#passed;
  }

  /** Lets time pass, in milliseconds. */
  pass(milliseconds: number): void {
    this.#passed += milliseconds;
  }

  [Symbol.dispose](): void {
    performance.now = this.#performance;
    Date.now = this.#date;
  }
}
