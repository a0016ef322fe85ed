/** What the bench measures and how it is summed up. @module */

/** One measured figure. */
export interface Figure {
  /** The part of the bench that measured it, as `--only` takes it. */
  readonly bench: string;
  readonly name: string;
  readonly value: number;
  /** Standard error of a value that is a mean. */
  readonly error?: number;
  readonly unit: "ms" | "GFLOP/s" | "GB/s" | "MB" | "KB" | "1/s" | "%" | "×";
  /** Of a ratio: whether it is one that should fall. */
  readonly lowerIsBetter?: true;
}

/** A training step and a forward pass of one row at one shape: ours, or a peer's in the same fields. */
export interface StepTime {
  /** Who, with the number of threads at the end: `tandem x2`. */
  readonly peer: string;
  readonly inputs: number;
  readonly hidden: readonly number[];
  readonly batch: number;
  /** Median of one training step, in milliseconds. */
  readonly step_ms: number;
  /** Median of one forward pass of one row, in milliseconds. */
  readonly forward1_ms: number;
}

/** What a part of the bench yields. */
export type Line = Figure | StepTime;

/** Whether a line is a step's. */
export function isStep(line: Line): line is StepTime {
  return "peer" in line;
}

/**
 * The middle value; of an even number of values, the greater of the two middle ones.
 *
 * @throws {RangeError} If there are no values.
 */
export function median(values: readonly number[]): number {
  const middle = values.toSorted((a, b) => a - b)[values.length >> 1];
  if (middle === undefined) {
    throw new RangeError("Cannot take a median: expected values, got none");
  }
  return middle;
}

/** The geometric mean, by which ratios average to the inverse of what their inverses do. */
export function geometricMean(values: readonly number[]): number {
  const logs = values.reduce((sum, value) => sum + Math.log(value), 0);
  return Math.exp(logs / values.length);
}

/** A shape in words. */
export function shapeOf({ inputs, hidden, batch }: StepTime): string {
  return `${[inputs, ...hidden].join("-")}, batch ${batch}`;
}

/** One line per peer and shape, in the order of their first ones: the medians over all rounds. */
export function mediansOf(lines: readonly StepTime[]): StepTime[] {
  const groups = Map.groupBy(lines, (line) => `${line.peer} ${shapeOf(line)}`);
  return Array.from(groups.values(), (group) => ({
    ...group[0]!,
    step_ms: median(group.map((line) => line.step_ms)),
    forward1_ms: median(group.map((line) => line.forward1_ms)),
  }));
}
