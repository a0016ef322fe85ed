/** Lines of the bench as a person reads them, and as the tables of docs/speed.md. @module */

import {
  type Figure,
  geometricMean,
  isStep,
  type Line,
  shapeOf,
  type StepTime,
} from "./figures.ts";
import { ratiosTo, threadsOf, type Time } from "./ratios.ts";

/** A line for a terminal. */
export function textOf(line: Line): string {
  if (!isStep(line)) {
    return `${line.name.padEnd(72)} ${valueOf(line).padStart(8)} ${line.unit}`;
  }
  const { peer, step_ms, forward1_ms } = line;
  return `${`${shapeOf(line)}, ${peer}`.padEnd(56)} step ${
    numberOf(step_ms).padStart(7)
  } ms, forward of one row ${numberOf(forward1_ms).padStart(7)} ms`;
}

/** What tables do not show: kernels, decoders and their like. */
const SUMMARIZED = ["predict", "start", "corrections"];

/**
 * The tables of docs/speed.md: steps by shape and peer, forward passes of one row on one
 * thread, and what a server does.
 */
export function markdownOf(lines: readonly Line[]): string {
  const steps = lines.filter(isStep);
  const figures = lines.filter((line): line is Figure =>
    !isStep(line) && SUMMARIZED.includes(line.bench)
  );
  const single = steps.filter(({ peer }) => threadsOf(peer).threads === 1);
  return [
    ...(steps.length > 0 ? [stepTable(steps, "step_ms")] : []),
    ...(single.length > 0 ? [stepTable(single, "forward1_ms")] : []),
    ...(figures.length > 0 ? [figureTable(figures)] : []),
  ].join("\n\n");
}

function stepTable(steps: readonly StepTime[], time: Time): string {
  const peers = [...new Set(steps.map(({ peer }) => peer))];
  const rows = Array.from(Map.groupBy(steps, shapeOf), ([shape, group]) => [
    shape,
    ...peers.map((peer) => {
      const line = group.find((line) => line.peer === peer);
      return line === undefined ? "–" : numberOf(line[time]);
    }),
  ]);
  const means = peers.map((peer) => {
    const ratios = ratiosTo(steps, peer, time);
    return ratios.length === 0 ? "–" : numberOf(geometricMean(ratios));
  });
  return tableOf(
    [time === "step_ms" ? "training step, ms" : "forward of one row, ms"]
      .concat(peers),
    [...rows, ["÷ tandem, geometric mean", ...means]],
  );
}

function figureTable(figures: readonly Figure[]): string {
  return tableOf(
    ["what", "figure"],
    figures.map((figure) => [
      figure.name,
      `${valueOf(figure)}${figure.unit === "×" ? "" : ` ${figure.unit}`}`,
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

function valueOf({ value, error }: Figure): string {
  return error === undefined
    ? numberOf(value)
    : `${value.toFixed(1)} ± ${error.toFixed(1)}`;
}

/** Three digits, which is more than a time is good for. */
function numberOf(value: number): string {
  const digits = Math.floor(Math.log10(Math.abs(value) || 1));
  return value.toFixed(Math.min(3, Math.max(0, 2 - digits)));
}
