/** Lines over two axes. @module */

import { type Markup, markup } from "../markup.ts";
import { type Turns, turnsOf } from "./coinciding.ts";
import {
  axes,
  type ChartTexts,
  drawing,
  legend,
  type PlotArea,
  stroke,
} from "./frame.ts";
import {
  type Bounds,
  linearScale,
  place,
  type Ticks,
  ticksFor,
} from "./scale.ts";

/** One line. */
export interface Series {
  readonly name: string;
  /** In the order they are joined; a point that is not finite is left out. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** One of the eight colours, from 1. */
  readonly colour: number;
  readonly dashed?: boolean;
}

/** An axis whose marks follow from the data. */
export interface LineAxis extends Bounds {
  /** The quantity it measures, with its unit. */
  readonly name: string;
  readonly format?: (value: number) => string;
}

/** A line chart. */
export interface LineChart extends ChartTexts {
  readonly x: LineAxis;
  readonly y: LineAxis;
  readonly series: readonly Series[];
  /** A value of x to mark by an upright line, and what it is. */
  readonly mark?: { readonly at: number; readonly name: string };
  readonly width?: number;
  readonly height?: number;
}

/** Draws lines, or single points where a line has only one. */
export function lineChart(chart: LineChart): Markup {
  const { width = 440, height = 280, mark } = chart;
  const series = chart.series.map((line) => ({
    ...line,
    points: line.points.filter((point) => point.every(Number.isFinite)),
  })).filter(({ points }) => points.length > 0);
  const names = legend(legendEntries(series, mark?.name), 60, 36, width - 4);
  const area: PlotArea = {
    left: 66,
    right: width - 20,
    top: 30 + names.height,
    bottom: height - 42,
  };
  const x = { ...chart.x, ticks: ticksOf(series, 0, chart.x, 6) };
  const y = { ...chart.y, ticks: ticksOf(series, 1, chart.y, 5) };
  const toX = linearScale(x.ticks, area.left, area.right);
  const toY = linearScale(y.ticks, area.bottom, area.top);
  const upright = mark && `M${place(toX(mark.at))} ${area.top}V${area.bottom}`;
  return drawing(chart, width, height, [
    names.drawn,
    axes(area, x, y),
    upright && stroke("mark", upright),
    drawLines(series, toX, toY),
  ]);
}

function legendEntries(
  series: readonly Series[],
  mark: string | undefined,
) {
  const entries = series.map((line) => ({
    name: line.name,
    sample: stroke(lineClass(line), "M-9 0H9"),
  }));
  return mark === undefined
    ? entries
    : [...entries, { name: mark, sample: stroke("mark", "M0 -6V6") }];
}

function lineClass({ colour, dashed }: Series): string {
  return `line s${colour}${dashed ? " dashed" : ""}`;
}

function drawLines(
  series: readonly Series[],
  toX: (x: number) => number,
  toY: (y: number) => number,
): Markup[] {
  const lines = series.map(({ points }) =>
    points.map(([x, y]) => [place(toX(x)), place(toY(y))] as const)
  );
  const turns = turnsOf(lines);
  return series.map((line, n) => drawLine(line, lines[n]!, turns[n]));
}

function drawLine(
  line: Series,
  places: readonly (readonly [x: number, y: number])[],
  turns: Turns | undefined,
): Markup {
  if (places.length === 1) {
    const [x, y] = places[0]!;
    return markup`<circle class="dot s${line.colour}" cx="${x}" cy="${y}" r="3.5"/>`;
  }
  const path = `M${places.map((point) => point.join(" ")).join("L")}`;
  if (turns === undefined) return stroke(lineClass(line), path);
  const solid = lineClass({ ...line, dashed: false });
  return markup`<path class="${solid}" stroke-dasharray="${turns.dashes}" stroke-dashoffset="${turns.offset}" d="${path}"/>`;
}

function ticksOf(
  series: readonly Series[],
  coordinate: 0 | 1,
  bounds: Bounds,
  count: number,
): Ticks {
  const values = series.flatMap(({ points }) =>
    points.map((point) => point[coordinate])
  );
  const lowest = values.reduce((a, b) => Math.min(a, b), Infinity);
  const highest = values.reduce((a, b) => Math.max(a, b), -Infinity);
  return values.length === 0
    ? ticksFor(0, 1, count, bounds)
    : ticksFor(lowest, highest, count, bounds);
}
