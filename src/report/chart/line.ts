/** Lines over two axes. @module */

import { type Markup, markup } from "../markup.ts";
import { groupsOf, leadersOf, type Turns, turnsOf } from "./coinciding.ts";
import {
  axes,
  type ChartTexts,
  drawing,
  label,
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

/** Height of a remark. */
const REMARK = 15;

/**
 * Draws lines, or single points where a line has only one. Lines that cover each
 * other take turns, and a remark under the legend names them.
 */
export function lineChart(chart: LineChart): Markup {
  const { width = 440, height = 280, mark } = chart;
  const series = chart.series.map((line) => ({
    ...line,
    points: line.points.filter((point) => point.every(Number.isFinite)),
  })).filter(({ points }) => points.length > 0);
  const names = legend(legendEntries(series, mark?.name), 60, 36, width - 4);
  const x = { ...chart.x, ticks: ticksOf(series, 0, chart.x, 6) };
  const y = { ...chart.y, ticks: ticksOf(series, 1, chart.y, 5) };
  const under = (top: number) => {
    const area = { left: 66, right: width - 20, top, bottom: height - 42 };
    const toX = linearScale(x.ticks, area.left, area.right);
    const toY = linearScale(y.ticks, area.bottom, area.top);
    const lines = series.map(({ points }) =>
      points.map(([x, y]) => [place(toX(x)), place(toY(y))] as const)
    );
    return { area, toX, lines };
  };
  const top = 30 + names.height;
  const leaders = leadersOf(under(top).lines);
  const remarks = groupsOf(leaders).map((group) =>
    remarkOn(group.map((n) => series[n]!.name))
  );
  const { area, toX, lines } = under(top + REMARK * remarks.length);
  const turns = turnsOf(leaders);
  const description = [chart.description, ...remarks].join(" ");
  return drawing({ ...chart, description }, width, height, [
    names.drawn,
    remarks.map((remark, n) => label("note", 60, top + 6 + REMARK * n, remark)),
    axes(area, x, y),
    mark && stroke("mark", upright(toX(mark.at), area)),
    series.map((line, n) => drawLine(line, lines[n]!, turns[n])),
  ]);
}

/** "adam and adamw coincide: a dash of each." */
function remarkOn(names: readonly string[]): string {
  const first = names.slice(0, -1).join(", ");
  return `${first} and ${names.at(-1)} coincide: a dash of each.`;
}

function upright(x: number, { top, bottom }: PlotArea): string {
  return `M${place(x)} ${top}V${bottom}`;
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
