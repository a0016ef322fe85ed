/**
 * Pauses, turns and deadlines, without `setTimeout`: the first one of a process
 * takes Deno 2.9 eight milliseconds, which a start would pay for (measured by
 * tests/bench/start.ts).
 *
 * @module
 */

/** What tells the time, in milliseconds, and lets some pass. */
export interface Clock {
  now(): number;
  pause(milliseconds: number): Promise<void>;
}

/** This machine's clock. */
export const CLOCK: Clock = { now: () => performance.now(), pause };

/** Resolves after some milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const signal = AbortSignal.timeout(milliseconds);
  signal.addEventListener("abort", () => resolve());
  return promise;
}

/**
 * Pauses for a random while, so that processes that got in each other's way do
 * not do so again.
 *
 * @param most The longest pause, in milliseconds.
 */
export function jitter(most: number): Promise<void> {
  const [random] = crypto.getRandomValues(new Uint32Array(1));
  return pause(random! % most);
}

/** Lets everything else that is ready have its turn of the event loop. */
export function turn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    resolve();
  };
  port2.postMessage(undefined);
  return promise;
}

/** Something that has to be done in time. */
interface Waited {
  /** When its time is up, as `performance.now()` says it. */
  readonly until: number;
  readonly late: () => void;
}

/**
 * Deadlines that are all of one length, under one timer: that of the oldest. To
 * start and to end one is cheap, however many wait.
 */
export class Deadlines {
  /** In the order of their time, for all have as much. */
  readonly #waiting = new Set<Waited>();
  #timer: AbortSignal | undefined;

  /** @param milliseconds How long each may take. */
  constructor(private readonly milliseconds: number) {}

  /**
   * Starts a deadline.
   *
   * @param late Called when the time is up, once.
   * @returns What ends the deadline: `late` is not called after that.
   */
  start(late: () => void): () => void {
    const waited = { until: performance.now() + this.milliseconds, late };
    this.#waiting.add(waited);
    if (this.#waiting.size === 1) this.#watch();
    return () => {
      this.#waiting.delete(waited);
      if (this.#waiting.size === 0) this.#rest();
    };
  }

  /** Sets a timer to the oldest deadline; one that was left is taken up again. */
  #watch(): void {
    const [oldest] = this.#waiting;
    if (oldest === undefined) return;
    if (this.#timer === undefined || this.#timer.aborted) {
      const left = Math.ceil(oldest.until - performance.now());
      this.#timer = AbortSignal.timeout(Math.max(left, 0));
    }
    this.#timer.addEventListener("abort", this.#expire);
  }

  /** Leaves the timer alone, so that it does not keep the process alive. */
  #rest(): void {
    this.#timer?.removeEventListener("abort", this.#expire);
  }

  readonly #expire = () => {
    const now = performance.now();
    for (const waited of this.#waiting) {
      if (waited.until > now) break;
      this.#waiting.delete(waited);
      waited.late();
    }
    this.#watch();
  };
}
