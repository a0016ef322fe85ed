/**
 * Pauses, turns and deadlines, without `setTimeout`: the first one of a process
 * takes Deno 2.9 eight milliseconds, which a start would pay for (measured by
 * tests/bench/start.ts).
 *
 * @module
 */

/** A clock in milliseconds that can also pause. */
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
 * Pauses for a random time, so that processes that collided do not collide again.
 *
 * @param most The longest pause, in milliseconds.
 */
export function jitter(most: number): Promise<void> {
  const [random] = crypto.getRandomValues(new Uint32Array(1));
  return pause(random! % most);
}

/** When arriving requests were last looked for, by `performance.now()`. */
let rested = 0;

/**
 * Lets other work run first: everything that is ready, and some milliseconds after the last
 * time also requests that have arrived. Deno looks for those only while nothing is ready,
 * or after 61 turns (tokio's `event_interval`), so it gets a pause, of 1 or 2 ms.
 *
 * @param most Milliseconds for which requests may be held up. Default 5.
 */
export async function turn(most = 5): Promise<void> {
  if (performance.now() - rested < most) return await pass();
  await pause(0);
  rested = performance.now();
}

/** One turn of the event loop. */
function pass(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    resolve();
  };
  port2.postMessage(undefined);
  return promise;
}

/** A deadline that has been started. */
interface Waited {
  /** The time at which it expires, by `performance.now()`. */
  readonly until: number;
  readonly late: () => void;
}

/**
 * Deadlines of one length under one timer, that of the oldest: starting and ending one is
 * cheap, however many there are.
 */
export class Deadlines {
  /** In the order in which they expire, since all have the same length. */
  readonly #waiting = new Set<Waited>();
  #timer: AbortSignal | undefined;

  /** @param milliseconds The length of each. */
  constructor(private readonly milliseconds: number) {}

  /**
   * Starts a deadline.
   *
   * @param late Called when the time is up, once.
   * @returns A function that ends the deadline: `late` is not called after that.
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

  /** Sets a timer to the oldest deadline, or reuses one that is still running. */
  #watch(): void {
    const [oldest] = this.#waiting;
    if (oldest === undefined) return;
    if (this.#timer === undefined || this.#timer.aborted) {
      const left = Math.ceil(oldest.until - performance.now());
      this.#timer = AbortSignal.timeout(Math.max(left, 0));
    }
    this.#timer.addEventListener("abort", this.#expire);
  }

  /** Stops listening to the timer, so that it does not keep the process alive. */
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
