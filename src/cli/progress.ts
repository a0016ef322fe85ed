/** Progress on stderr: a bar in a terminal, else a line at intervals. @module */

// @ts-types="npm:@types/cli-progress@3.11.6"
import progress from "cli-progress";
import { tellLine, terminalColumns, terminalStream } from "./stderr.ts";

/** A bar that counts up to a total. */
export interface ProgressBar {
  /** Shows `value` of the total and what there is to say of it; see {@linkcode Standing}. */
  update(
    value: number,
    notes?: readonly string[],
    asides?: readonly string[],
  ): void;
  /** Leaves the bar as it stands and ends its line. */
  stop(): void;
}

/** Work in progress. */
export interface Standing {
  readonly title: string;
  readonly value: number;
  readonly total: number;
  /** Expected until the end. */
  readonly seconds: number;
  /** The most important first; they take the room of the bar where they need it. */
  readonly notes: readonly string[];
  /** Notes for which there is room where the bar keeps a fair length. */
  readonly asides?: readonly string[];
}

/** Seconds between lines where stderr is not a terminal. */
const LINE_EVERY_S = 5;
/** Seconds of work before which those to come cannot be told from them. */
const FAIR_SECONDS = 1;
/** Columns of a line, unless a terminal has fewer. */
const COLUMNS = 80;
const LONGEST_BAR = 24;
/** The width of the bar below which asides are left out. */
const FAIR_BAR = 10;
/** The least useful width of a bar. */
const SHORTEST_BAR = 4;

/** Starts a bar for `total` units of work. */
export function startProgress(title: string, total: number): ProgressBar {
  return Deno.stderr.isTerminal()
    ? terminalBar(title, total)
    : new ProgressLines(title, total);
}

function terminalBar(title: string, total: number): ProgressBar {
  const bar = new progress.SingleBar({
    format: (_, { value, total, eta }, said) =>
      progressLine(
        { title, value, total, seconds: Number(eta), ...said },
        true,
        Math.min(terminalColumns() ?? COLUMNS, COLUMNS),
      ),
    stream: terminalStream(),
    hideCursor: true,
    etaBuffer: 50,
  });
  bar.start(total, 0, { notes: [] });
  return {
    update: (value, notes = [], asides = []) =>
      bar.update(value, { notes, asides }),
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

  update(
    value: number,
    notes: readonly string[] = [],
    asides: readonly string[] = [],
  ): void {
    const now = performance.now();
    if (now - this.#printed < LINE_EVERY_S * 1000 && value < this.#total) {
      return;
    }
    this.#printed = now;
    const [title, total] = [this.#title, this.#total];
    const passed = (now - this.#start) / 1000;
    const seconds = passed < FAIR_SECONDS && value < total
      ? NaN
      : passed * (total / value - 1);
    tellLine(
      progressLine({ title, value, total, seconds, notes, asides }, false),
    );
  }

  stop(): void {}
}

/**
 * Progress on one line of at most so many columns, with a bar where there is room
 * and one is wanted. Notes that do not fit are left out from the last on.
 */
export function progressLine(
  { title, value, total, seconds, notes, asides = [] }: Standing,
  withBar: boolean,
  most = COLUMNS,
): string {
  const percent = `${Math.floor(100 * value / total)}%`.padStart(3);
  const columns = most - title.length - 1;
  const { line, whole } = fit(
    `${percent} ETA ${clock(seconds)}`,
    notes,
    columns,
  );
  const more = fit(line, asides, columns - (withBar ? FAIR_BAR + 1 : 0));
  const fitting = whole ? more.line : `${line}…`;
  const room = Math.min(columns - fitting.length - 1, LONGEST_BAR);
  if (!withBar || room < SHORTEST_BAR) return `${title} ${fitting}`;
  const done = Math.round(room * value / total);
  return `${title} ${"━".repeat(done)}${"─".repeat(room - done)} ${fitting}`;
}

/** The line with as many notes as fit in so many columns, an ellipsis included. */
function fit(
  line: string,
  notes: readonly string[],
  columns: number,
): { readonly line: string; readonly whole: boolean } {
  let fitting = line;
  for (const note of notes) {
    const longer = `${fitting}  ${note}`;
    if (longer.length >= columns) return { line: fitting, whole: false };
    fitting = longer;
  }
  return { line: fitting, whole: true };
}

/** "12 s", "2:05", "1:02:05"; "–" where it is not known. */
function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60)];
  return hours === 0
    ? `${minutes}:${two(whole % 60)}`
    : `${hours}:${two(minutes % 60)}:${two(whole % 60)}`;
}
