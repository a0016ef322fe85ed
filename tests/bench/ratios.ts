/** How we compare with the peers of the same run. @module */

import {
  type Figure,
  geometricMean,
  shapeOf,
  type StepTime,
} from "./figures.ts";

/** The name that our own lines begin with. */
export const OURS = "tandem";

type Time = "step_ms" | "forward1_ms";

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
  const of = (name: string, threads?: number) =>
    lines.filter(({ peer }) => {
      const other = threadsOf(peer);
      return other.name === name &&
        (threads === undefined || other.threads === threads);
    });
  const peers = new Set(lines.map(({ peer }) => peer));
  const names = new Set(Array.from(peers, (peer) => threadsOf(peer).name));
  names.delete(OURS);
  const figures: Figure[] = [];
  for (const peer of peers) {
    const { name, threads } = threadsOf(peer);
    if (name === OURS) continue;
    const ours = `${OURS} x${threads}`;
    for (const time of ["step_ms", "forward1_ms"] as const) {
      if (time === "forward1_ms" && threads > 1) continue;
      figures.push(
        ...compare(
          `${peer} ÷ ${ours}`,
          of(name, threads),
          of(OURS, threads),
          time,
        ),
      );
    }
  }
  for (const name of names) {
    const theirs = of(name);
    if (!theirs.some(({ peer }) => threadsOf(peer).threads > 1)) continue;
    figures.push(
      ...compare(
        `${name} ÷ ${OURS}, best of all threads`,
        theirs,
        of(OURS),
        "step_ms",
      ),
    );
  }
  return figures;
}

/** The geometric mean and the least of the ratios over the shapes that both sides measured. */
function compare(
  name: string,
  theirs: readonly StepTime[],
  ours: readonly StepTime[],
  time: Time,
): Figure[] {
  const [them, us] = [bestByShape(theirs, time), bestByShape(ours, time)];
  const ratios = Array.from(us.keys())
    .filter((shape) => them.has(shape))
    .map((shape) => them.get(shape)! / us.get(shape)!);
  if (ratios.length === 0) return [];
  const what = time === "step_ms" ? "step" : "forward of one row";
  const figure = (summary: string, value: number): Figure => ({
    bench: "step",
    name: `${name}, ${what}, ${summary}`,
    value,
    unit: "×",
  });
  return [
    figure("geometric mean", geometricMean(ratios)),
    figure("least", Math.min(...ratios)),
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
