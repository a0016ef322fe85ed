/** Progress on stderr: a bar where a person watches, a line now and then elsewhere. @module */

// @ts-types="npm:@types/cli-progress@3.11.6"
import progress from "cli-progress";

/** A bar that counts up to a total. */
export interface ProgressBar {
  /** Shows `value` of the total, and `note` behind it. */
  update(value: number, note: string): void;
  /** Leaves the bar as it stands and ends its line. */
  stop(): void;
}

/** Seconds between lines where stderr is not a terminal. */
const LINE_EVERY_S = 5;

/** Starts a bar for `total` units of work. */
export function startProgress(title: string, total: number): ProgressBar {
  if (!Deno.stderr.isTerminal()) return new ProgressLines(title, total);
  const bar = new progress.SingleBar({
    format:
      `${title} {bar} {percentage}% | {value}/{total} | ETA {eta_formatted}{note}`,
    barCompleteChar: "━",
    barIncompleteChar: "─",
    barsize: 24,
    hideCursor: true,
    etaBuffer: 50,
  });
  bar.start(total, 0, { note: "" });
  return {
    update: (value, note) => bar.update(value, { note: note && ` | ${note}` }),
    stop: () => bar.stop(),
  };
}

class ProgressLines implements ProgressBar {
  readonly #title: string;
  readonly #total: number;
  readonly #start = performance.now();
  #printed = -Infinity; // the first line tells at once that work has begun

  constructor(title: string, total: number) {
    this.#title = title;
    this.#total = total;
  }

  update(value: number, note: string): void {
    const now = performance.now();
    if (now - this.#printed < LINE_EVERY_S * 1000 && value < this.#total) {
      return;
    }
    this.#printed = now;
    const eta = (now - this.#start) / 1000 * (this.#total / value - 1);
    console.error(
      `${this.#title} ${value}/${this.#total} | ETA ${eta.toFixed(0)} s${
        note && ` | ${note}`
      }`,
    );
  }

  stop(): void {}
}
