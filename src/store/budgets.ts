/**
 * Budgets of callers, in the store, so that they hold across all instances.
 *
 *   tandem-budgets / <caller> / <budget>   the amount used in the current window
 *
 * A window begins with the first use after the last one ended. All that a process takes at
 * a time is one atomic write, which checks that no other process was first.
 *
 * @module
 */

import { BusyError } from "../errors.ts";
import { jitter } from "../waiting.ts";
import type { Engine, Key } from "./engine.ts";
import { decode, encode } from "./manifest.ts";

const ROOT = "tandem-budgets";
/** Attempts at a write before a caller must try again. */
const ATTEMPTS = 50;
/** The longest pause between two of them, in milliseconds. */
const PAUSE = 20;

/** A budget: an amount per window of time. */
export interface Budget {
  /** Part of a key of the store. */
  readonly name: string;
  readonly limit: number;
  readonly seconds: number;
}

/** The result of taking from a budget. */
export interface Taken {
  /** Whether there was enough; if not, nothing was taken. */
  readonly granted: boolean;
  readonly remaining: number;
  /** Seconds until the window ends, rounded up. */
  readonly reset: number;
}

interface WindowRecord {
  readonly used: number;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** A request to take that waits for its turn. */
interface Waiting {
  readonly amount: number;
  readonly settle: PromiseWithResolvers<Taken>;
}

/** Takes from budgets. */
export class Budgets {
  /** Requests by their keys in the store; those of one key are served together. */
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(
    private readonly engine: Engine,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Takes an amount of a caller's budget, if there is enough of it.
   *
   * @param caller Part of a key of the store.
   * @throws {BusyError} If other processes kept writing first.
   * @throws {StoreError} If the database does not answer.
   */
  take(caller: string, budget: Budget, amount: number): Promise<Taken> {
    const key = [ROOT, caller, budget.name];
    const name = key.join("/");
    const settle = Promise.withResolvers<Taken>();
    const line = this.#waiting.get(name);
    if (line !== undefined) line.push({ amount, settle });
    else {
      this.#waiting.set(name, [{ amount, settle }]);
      this.#serve(name, key, budget);
    }
    return settle.promise;
  }

  /** Serves the requests that wait, all together, until none waits. */
  async #serve(name: string, key: Key, budget: Budget): Promise<void> {
    for (;;) {
      await Promise.resolve(); // the requests of this turn are served together
      const line = this.#waiting.get(name)!.splice(0);
      if (line.length === 0) break;
      try {
        const taken = await this.#takeAll(key, budget, line);
        line.forEach(({ settle }, i) => settle.resolve(taken[i]!));
      } catch (error) {
        for (const { settle } of line) settle.reject(error);
      }
    }
    this.#waiting.delete(name);
  }

  async #takeAll(
    key: Key,
    budget: Budget,
    line: readonly Waiting[],
  ): Promise<Taken[]> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const [entry] = await this.engine.read([key]);
      const { window, taken } = share(
        entry && decode<WindowRecord>(entry.value),
        budget,
        line.map(({ amount }) => amount),
        this.now(),
      );
      const written = !taken.some(({ granted }) => granted) ||
        await this.engine.write({
          checks: [{ key, stamp: entry?.stamp ?? null }],
          sets: [{
            key,
            value: encode(window),
            expireIn: 2000 * budget.seconds,
          }],
        });
      if (written) return taken;
      await jitter(PAUSE);
    }
    throw new BusyError(
      "Cannot count what this key uses: other servers count at the same time",
    );
  }
}

/** Shares what a window has left among amounts, in their order. */
function share(
  found: WindowRecord | undefined,
  { limit, seconds }: Budget,
  amounts: readonly number[],
  now: number,
): { window: WindowRecord; taken: Taken[] } {
  const { until, used } = found !== undefined && found.until > now
    ? found
    : { until: now + 1000 * seconds, used: 0 };
  let total = used;
  const reset = Math.max(1, Math.ceil((until - now) / 1000));
  const taken = amounts.map((amount): Taken => {
    const granted = total + amount <= limit;
    if (granted) total += amount;
    return { granted, remaining: Math.max(0, limit - total), reset };
  });
  return { window: { used: total, until }, taken };
}
