/** A path over a landscape and its contour lines. @module */

import { axes, drawing, label, stroke } from "../../report/chart/frame.ts";
import { linearScale, place, ticksFor } from "../../report/chart/scale.ts";
import { sheet } from "../../report/chart/sheet.ts";
import { type Markup, markup } from "../../report/markup.ts";
import { figure } from "../../report/page.ts";
import {
  heightAt,
  type Landscape,
  type Path,
  type Point,
} from "./landscape.ts";

/** The part of a landscape to show, and its contour lines. */
export interface View {
  readonly landscape: Landscape;
  readonly x: readonly [low: number, high: number];
  readonly y: readonly [low: number, high: number];
  /** Heights of the contour lines. */
  readonly levels: readonly number[];
  /** Places to mark by a cross. */
  readonly marks: readonly Point[];
}

const WIDTH = 340;
const HEIGHT = 270;
const AREA = { left: 52, right: WIDTH - 12, top: 30, bottom: HEIGHT - 42 };
const CHARTS_PER_ROW = 3;
/** Columns that a contour line is sampled at. */
const SAMPLES = 40;

/**
 * Draws one path, a dot per step, cut where it leaves the view; `note` says how it ends.
 */
export function pathChart(
  { landscape, levels, marks, ...view }: View,
  { name, learningRate, points }: Path,
  note: string,
): Markup {
  const width = AREA.right - AREA.left;
  const height = AREA.bottom - AREA.top;
  const bounds = ([low, high]: View["x"]) =>
    ticksFor(low, high, 6, { low, high });
  const [x, y] = [bounds(view.x), bounds(view.y)];
  const toX = linearScale(x, 0, width);
  const toY = linearScale(y, height, 0);
  const placed = ([x, y]: Point): Point => [place(toX(x)), place(toY(y))];
  const places = points.map(placed);
  const contours = levels.map((level) => {
    const lines = contourLines(landscape, view.x, level).map((line) =>
      pathOf(line.map(([x, y]) => [tenth(toX(x)), tenth(toY(y))]))
    );
    return stroke("contour", lines.join(""));
  });
  const inside =
    markup`<svg x="${AREA.left}" y="${AREA.top}" width="${width}" height="${height}">${contours}${
      stroke("line s1", pathOf(places))
    }${
      places.map(([x, y]) =>
        markup`<circle class="dot s1" cx="${x}" cy="${y}" r="2.5"/>`
      )
    }${marks.map((mark) => cross(...placed(mark)))}</svg>`;
  return drawing(
    {
      title: `${name}, learning rate ${learningRate}`,
      description: describe(landscape, points, note),
    },
    WIDTH,
    HEIGHT,
    [
      axes(AREA, { name: "x", ticks: x }, { name: "y", ticks: y }),
      inside,
      label("tick end", AREA.right - 4, AREA.bottom - 8, note),
    ],
  );
}

/** Paths as figures of a page, side by side. */
export function chartGrid(charts: readonly Markup[]): Markup {
  const figures = charts.map((chart) => figure(chart));
  return markup`<div class="charts small">${figures}</div>`;
}

/** Paths on one sheet. */
export function pathSheet(title: string, charts: readonly Markup[]): Markup {
  return sheet(title, charts, CHARTS_PER_ROW);
}

function describe(
  landscape: Landscape,
  points: readonly Point[],
  note: string,
): string {
  const written = (value: number) => value.toFixed(2).replace("-", "−");
  const at = (point: Point) => `(${point.map(written).join(", ")})`;
  const [first, last] = [points[0]!, points.at(-1)!];
  return `From ${at(first)} in ${points.length - 1} steps to ${
    at(last)
  }, at the height ${written(heightAt(landscape, last))}: ${note}.`;
}

/**
 * The lines on which u(x) + s y² is `level`, as y = ±√((level − u(x)) / s) along
 * every stretch of x on which there is such a y. Where a stretch ends inside of the
 * view, both branches end in the same point, with y = 0.
 */
export function contourLines(
  { profile, bend }: Landscape,
  [low, high]: readonly [number, number],
  level: number,
): Point[][] {
  const squareAt = (x: number) => (level - profile(x)) * bend;
  const lines: Point[][] = [];
  let open: Point[] = []; // the upper branch of the stretch at hand
  const close = () => {
    if (open.length > 1) lines.push(open, open.map(([x, y]) => [x, -y]));
    open = [];
  };
  for (const x of abscissas(squareAt, low, high)) {
    const square = squareAt(x);
    if (square < 0) close();
    else open.push([x, Math.sqrt(square)]);
  }
  close();
  return lines;
}

/** Ascending places from `low` to `high`, close to each other around zeros of f, where √f is steep. */
function abscissas(
  f: (x: number) => number,
  low: number,
  high: number,
): number[] {
  const step = (high - low) / SAMPLES;
  return Array.from({ length: SAMPLES }, (_, n) => low + n * step).flatMap(
    (x) => {
      const next = x + step;
      if ((f(x) < 0) === (f(next) < 0)) return [x];
      const root = rootBetween(f, x, next);
      const inside = f(x) < 0 ? next : x;
      const nearby = [0, 1 / 16, 1 / 4].map((share) =>
        root + share * (inside - root)
      );
      return [x, ...(f(x) < 0 ? nearby : nearby.toReversed())];
    },
  ).concat(high);
}

/** A place where f is 0 or just above, by bisection. */
function rootBetween(
  f: (x: number) => number,
  low: number,
  high: number,
): number {
  let [below, above] = f(low) < 0 ? [low, high] : [high, low];
  for (let halving = 0; halving < 30; halving++) {
    const middle = (below + above) / 2;
    if (f(middle) < 0) below = middle;
    else above = middle;
  }
  return above;
}

function pathOf(places: readonly Point[]): string {
  return `M${places.map((at) => at.join(" ")).join("L")}`;
}

/** A coordinate that is exact enough for a contour line. */
function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

function cross(x: number, y: number): Markup {
  return stroke(
    "whisker",
    `M${place(x - 5)} ${place(y)}h10M${place(x)} ${place(y - 5)}v10`,
  );
}
