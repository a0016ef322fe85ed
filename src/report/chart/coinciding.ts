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

/**
 * The dashes of every line, each given by its places; undefined for a line that
 * no other one covers from end to end.
 */
export function turnsOf(
  lines: readonly (readonly (readonly [x: number, y: number])[])[],
): (Turns | undefined)[] {
  const cover = (a: typeof lines[number], b: typeof lines[number]) =>
    a.length === b.length &&
    a.every(([x, y], n) =>
      Math.abs(x - b[n]![0]) < APART && Math.abs(y - b[n]![1]) < APART
    );
  // The first line that each one covers: its own position where there is none.
  const leaders = lines.map((line) =>
    lines.findIndex((other) => cover(line, other))
  );
  return leaders.map((leader, n) => {
    const count = leaders.filter((each) => each === leader).length;
    if (count === 1) return undefined;
    const turn = leaders.slice(0, n).filter((each) => each === leader).length;
    return {
      dashes: `${DASH} ${DASH * (count - 1)}`,
      offset: -DASH * turn,
    };
  });
}
