/** Bars that lie, one row per class, so that names can be read. @module */

import type { Proportion } from "../counts.ts";
import { shorten } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import {
  axes,
  box,
  CHARACTER,
  type ChartTexts,
  drawing,
  label,
  legend,
  longest,
  type PlotArea,
  stroke,
} from "./frame.ts";
import { linearScale, place, type Ticks } from "./scale.ts";

/** One bar. */
export interface Bar {
  readonly value: number;
  /** The interval that a whisker spans. */
  readonly interval?: readonly [low: number, high: number];
  /** The text at its end. */
  readonly note: string;
}

/** A row: a name and one bar per group. */
export interface BarRow {
  readonly name: string;
  readonly bars: readonly Bar[];
}

/** A bar chart. */
export interface BarChart extends ChartTexts {
  /** The quantity of the bars, with its unit. */
  readonly value: string;
  /** The kind of thing that a row stands for. */
  readonly row: string;
  /** The groups that each row has a bar of, in the colours 1, 2, …. */
  readonly groups: readonly string[];
  readonly rows: readonly BarRow[];
  readonly ticks: Ticks;
  readonly format: (value: number) => string;
  readonly width?: number;
}

/** A bar of a share, with its interval and counts; without trials an empty one. */
export function shareBar({ right, of, share, low, high }: Proportion): Bar {
  if (of === 0) return { value: 0, note: "none" };
  return { value: share, interval: [low, high], note: `${right} of ${of}` };
}

const NAME_LENGTH = 20;

/** Draws the rows from top to bottom. */
export function barChart(chart: BarChart): Markup {
  const { groups, rows, width = 440 } = chart;
  const thickness = groups.length > 1 ? 13 : 14;
  const pitch = groups.length * thickness + 6;
  const entries = groups.map((name, g) => ({
    name,
    sample: box(barClass(g), -8, -5, 16, 10),
  }));
  const names = legend(entries.length < 2 ? [] : entries, 26, 36, width - 4);
  const top = 30 + names.height;
  const notes = rows.flatMap(({ bars }) => bars.map(({ note }) => note));
  const rowNames = rows.map(({ name }) => shorten(name, NAME_LENGTH));
  const area: PlotArea = {
    left: place(34 + CHARACTER * longest(rowNames)),
    right: place(width - 14 - CHARACTER * longest(notes)),
    top,
    bottom: top + rows.length * pitch + 4,
  };
  const toX = linearScale(chart.ticks, area.left, area.right);
  return drawing(chart, width, area.bottom + 44, [
    names.drawn,
    axes(
      area,
      { name: chart.value, ticks: chart.ticks, format: chart.format },
      { name: chart.row, ticks: { low: 0, high: 1, at: [], decimals: 0 } },
    ),
    rows.map(({ name, bars }, r) => {
      const y = top + 4 + r * pitch;
      return markup`<g><title>${name}: ${
        bars.map(({ note }) => note).join(", ")
      }</title>${
        label("tick end", area.left - 6, y + (pitch - 6) / 2 + 4, rowNames[r]!)
      }${
        bars.map((bar, g) => drawBar(bar, g, toX, y + g * thickness, thickness))
      }${
        bars.map(({ note }, g) =>
          label("tick", area.right + 8, y + (g + 0.5) * thickness + 4, note)
        )
      }</g>`;
    }),
  ]);
}

function barClass(group: number): string {
  return `bar soft s${group + 1}`;
}

function drawBar(
  { value, interval }: Bar,
  group: number,
  toX: (value: number) => number,
  y: number,
  thickness: number,
): Markup {
  const left = toX(0);
  const width = Math.max(0, toX(value) - left);
  const whisker = interval === undefined ? undefined : stroke(
    "whisker",
    `M${place(toX(interval[0]))} ${place(y + thickness / 2)}H${
      place(toX(interval[1]))
    }`,
  );
  return markup`${
    box(barClass(group), left, y + 1, width, thickness - 2)
  }${whisker}`;
}
