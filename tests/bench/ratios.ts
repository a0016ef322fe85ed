/** How we compare with the peers of the same run. @module */

import {
  type Figure,
  geometricMean,
  shapeOf,
  type StepTime,
} from "./figures.ts";

/** The name that our own lines begin with. */
export const OURS = "tandem";

/** Which time of a line. */
export type Time = "step_ms" | "forward1_ms";

/** The name of a peer without its threads, and their number. */
export function threadsOf(peer: string): { name: string; threads: number } {
  const [, name = peer, threads = "1"] = /^(.*) x(\d+)$/.exec(peer) ?? [];
  return { name, threads: Number(threads) };
}

/**
 * Their time over ours, for every peer: at as many threads, and at whichever
 * number of threads is the best of each side. Above 1 we are the faster.
 */
export function ratiosOf(lines: readonly StepTime[]): Figure[] {
  const peers = new Set(lines.map(({ peer }) => peer));
  const names = new Set<string>();
  const figures: Figure[] = [];
  for (const peer of peers) {
    const { name, threads } = threadsOf(peer);
    if (name === OURS) continue;
    if (threads > 1) names.add(name);
    const title = `${peer} ÷ ${OURS} x${threads}`;
    for (const time of ["step_ms", "forward1_ms"] as const) {
      if (time === "forward1_ms" && threads > 1) continue;
      const what = time === "step_ms" ? "step" : "forward of one row";
      figures.push(
        ...summary(`${title}, ${what}`, ratiosTo(lines, peer, time)),
      );
    }
  }
  for (const name of names) {
    const of = (name: string) =>
      lines.filter(({ peer }) => threadsOf(peer).name === name);
    const ratios = ratiosBetween(of(name), of(OURS), "step_ms");
    figures.push(
      ...summary(`${name} ÷ ${OURS}, best of all threads, step`, ratios),
    );
  }
  return figures;
}

/** A peer's time over ours at as many threads, shape by shape. */
export function ratiosTo(
  lines: readonly StepTime[],
  peer: string,
  time: Time,
): number[] {
  const ours = `${OURS} x${threadsOf(peer).threads}`;
  const of = (name: string) => lines.filter(({ peer }) => peer === name);
  return ratiosBetween(of(peer), of(ours), time);
}

/** The best time of theirs over the best of ours, for the shapes that both have. */
function ratiosBetween(
  theirs: readonly StepTime[],
  ours: readonly StepTime[],
  time: Time,
): number[] {
  const [them, us] = [bestByShape(theirs, time), bestByShape(ours, time)];
  return Array.from(us.keys())
    .filter((shape) => them.has(shape))
    .map((shape) => them.get(shape)! / us.get(shape)!);
}

function summary(name: string, ratios: readonly number[]): Figure[] {
  if (ratios.length === 0) return [];
  const figure = { bench: "step", unit: "×" } as const;
  return [
    {
      ...figure,
      name: `${name}, geometric mean`,
      value: geometricMean(ratios),
    },
    { ...figure, name: `${name}, least`, value: Math.min(...ratios) },
  ];
}

function bestByShape(
  lines: readonly StepTime[],
  time: Time,
): Map<string, number> {
  const groups = Map.groupBy(lines, shapeOf);
  return new Map(
    Array.from(groups, ([shape, group]) => [
      shape,
      Math.min(...group.map((line) => line[time])),
    ]),
  );
}
