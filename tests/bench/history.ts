/**
 * The ratios of former runs, by kind of processor. Ratios to programs of the same
 * run carry over from machine to machine where times do not.
 *
 * @module
 */

import { UsageError } from "../../src/cli/flags.ts";
import { type Figure, isStep, type Line } from "./figures.ts";
import type { Processor } from "./processor.ts";

/** One run's ratios. */
export interface Entry {
  /** When it ran, as 2026-11-26. */
  readonly date: string;
  readonly processor: Processor;
  /** Values by the figures' names. */
  readonly ratios: Readonly<Record<string, number>>;
}

/** By how much a ratio may get worse. */
const TOLERANCE = 0.1;

const FILE = new URL("./history.json", import.meta.url);

/** All runs that were recorded, oldest first. */
export async function readHistory(): Promise<Entry[]> {
  return JSON.parse(await Deno.readTextFile(FILE));
}

/** Adds a run to those recorded. */
export async function record(entry: Entry): Promise<void> {
  const history = [...await readHistory(), entry];
  await Deno.writeTextFile(FILE, JSON.stringify(history, null, 2) + "\n");
}

/** The entry of a run, its ratios rounded to what they are good for. */
export function entryOf(
  lines: readonly Line[],
  processor: Processor,
  date: string,
): Entry {
  const ratios = ratiosIn(lines).map(({ name, value }) => [
    name,
    Number(value.toPrecision(3)),
  ]);
  return { date, processor, ratios: Object.fromEntries(ratios) };
}

/**
 * Sentences on the ratios that are more than a tenth worse than when they were last
 * recorded on a processor of this kind.
 *
 * @throws {UsageError} If none of them was ever recorded on one.
 */
export function worseThanBefore(
  lines: readonly Line[],
  processor: Processor,
  history: readonly Entry[],
): string[] {
  const before: Record<string, number> = {};
  for (const { processor: { kind }, ratios } of history) {
    if (kind === processor.kind) Object.assign(before, ratios);
  }
  const known = ratiosIn(lines).filter(({ name }) => name in before);
  if (known.length === 0) {
    throw new UsageError(
      `Cannot check the ratios: expected some recorded on ${processor.kind}, got none`,
    );
  }
  return known
    .filter((figure) => loss(figure, before[figure.name]!) > TOLERANCE)
    .map(({ name, value }) =>
      `${name}: ${value.toPrecision(3)}, was ${before[name]}`
    );
}

/** The share by which a ratio is worse than it was. */
function loss({ value, lowerIsBetter }: Figure, before: number): number {
  return lowerIsBetter ? value / before - 1 : 1 - value / before;
}

/** The ratios that are worth remembering: the least over a few shapes is chance. */
function ratiosIn(lines: readonly Line[]): Figure[] {
  return lines.filter((line): line is Figure =>
    !isStep(line) && line.unit === "×" && !line.name.endsWith(", least")
  );
}
