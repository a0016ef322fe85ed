/** Lines of the bench as a person reads them, and as the README's tables. @module */

import {
  type Figure,
  isStep,
  type Line,
  shapeOf,
  type StepTime,
} from "./figures.ts";

/** A line for a terminal. */
export function textOf(line: Line): string {
  if (!isStep(line)) {
    return `${line.name.padEnd(72)} ${
      numberOf(line.value).padStart(8)
    } ${line.unit}`;
  }
  const { peer, step_ms, forward1_ms } = line;
  return `${`${shapeOf(line)}, ${peer}`.padEnd(56)} step ${
    numberOf(step_ms).padStart(7)
  } ms, forward of one row ${numberOf(forward1_ms).padStart(7)} ms`;
}

/** Markdown: a table of steps by shape and peer, and a table of the other figures. */
export function markdownOf(lines: readonly Line[]): string {
  const steps = lines.filter(isStep);
  const figures = lines.filter((line): line is Figure => !isStep(line));
  return [
    ...(steps.length > 0 ? [stepTable(steps)] : []),
    ...(figures.length > 0 ? [figureTable(figures)] : []),
  ].join("\n\n");
}

function stepTable(steps: readonly StepTime[]): string {
  const peers = [...new Set(steps.map(({ peer }) => peer))];
  const shapes = Map.groupBy(steps, shapeOf);
  return tableOf(
    ["one step, ms", ...peers],
    Array.from(shapes, ([shape, group]) => [
      shape,
      ...peers.map((peer) => {
        const line = group.find((line) => line.peer === peer);
        return line === undefined ? "–" : numberOf(line.step_ms);
      }),
    ]),
  );
}

function figureTable(figures: readonly Figure[]): string {
  return tableOf(
    ["what", "figure"],
    figures.map(({ name, value, unit }) => [
      name,
      `${numberOf(value)}${unit === "×" ? "" : ` ${unit}`}`,
    ]),
  );
}

/** The first column to the left, the others to the right. */
function tableOf(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((row) => row[column]!.length))
  );
  const line = (cells: readonly string[]) =>
    `| ${
      cells.map((cell, i) =>
        i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)
      ).join(" | ")
    } |`;
  const rule = widths.map((width, i) =>
    i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`
  );
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

/** Three digits, which is more than a time is good for. */
function numberOf(value: number): string {
  const digits = Math.floor(Math.log10(Math.abs(value) || 1));
  return value.toFixed(Math.min(3, Math.max(0, 2 - digits)));
}
