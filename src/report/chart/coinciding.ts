/** Lines that cover each other take turns, a dash of each, so that all are seen. @module */

/** Two lines are one to the eye where they are nowhere further apart than this, in drawing units. */
const APART = 2;
/** Length of a dash. */
const DASH = 16;

/** The dashes of a line, as SVG has them. */
export interface Turns {
  readonly dashes: string;
  readonly offset: number;
}

/** Lines, each given by its places. */
type Lines = readonly (readonly (readonly [x: number, y: number])[])[];

/**
 * For every line the first one, in their order, that covers it from end to end:
 * its own position where none before it does.
 */
export function leadersOf(lines: Lines): number[] {
  const cover = (a: Lines[number], b: Lines[number]) =>
    a.length === b.length &&
    a.every(([x, y], n) =>
      Math.abs(x - b[n]![0]) < APART && Math.abs(y - b[n]![1]) < APART
    );
  return lines.map((line) => lines.findIndex((other) => cover(line, other)));
}

/** Those that share a leader, by position; lines that no other one covers are in none. */
export function groupsOf(leaders: readonly number[]): number[][] {
  return [...Map.groupBy(leaders.keys(), (n) => leaders[n]!).values()]
    .filter(({ length }) => length > 1);
}

/** The dashes of every line; undefined for one that no other one covers. */
export function turnsOf(leaders: readonly number[]): (Turns | undefined)[] {
  const turns: (Turns | undefined)[] = leaders.map(() => undefined);
  for (const group of groupsOf(leaders)) {
    const dashes = `${DASH} ${DASH * (group.length - 1)}`;
    group.forEach((line, turn) => {
      turns[line] = { dashes, offset: -DASH * turn };
    });
  }
  return turns;
}
