/** Points of predicted against true values. @module */

import { type Markup, markup } from "../markup.ts";
import {
  axes,
  box,
  type ChartTexts,
  drawing,
  legend,
  type PlotArea,
  stroke,
} from "./frame.ts";
import { linearScale, place, type Ticks, ticksFor } from "./scale.ts";

/** A value that was predicted, and the true one. */
export type Pair = readonly [truth: number, predicted: number];

/** Predictions against the truth. */
export interface ScatterChart extends ChartTexts {
  /** The quantity with its unit. */
  readonly quantity: string;
  /** At least one. */
  readonly pairs: readonly Pair[];
  /** The band's reach on either side of the diagonal. */
  readonly reach: number;
  readonly band: string;
}

const WIDTH = 440;
const HEIGHT = 420;

/** Draws a dot for each prediction over a band around the diagonal, on which all are right. */
export function scatterChart(chart: ScatterChart): Markup {
  const { pairs, reach, quantity, band } = chart;
  const names = legend(
    [
      {
        name: "an image",
        sample: markup`<circle class="dot soft s1" cx="0" cy="0" r="3"/>`,
      },
      { name: "right", sample: stroke("mark", "M-9 4L9 -4") },
      { name: band, sample: box("band s2", -8, -5, 16, 10) },
    ],
    60,
    36,
    WIDTH - 4,
  );
  const area: PlotArea = {
    left: 66,
    right: WIDTH - 20,
    top: 30 + names.height,
    bottom: HEIGHT - 42,
  };
  const ticks = ticksOf(pairs);
  const toX = linearScale(ticks, area.left, area.right);
  const toY = linearScale(ticks, area.bottom, area.top);
  const at = (truth: number, predicted: number) =>
    `${place(toX(truth))} ${place(toY(predicted))}`;
  return drawing(chart, WIDTH, HEIGHT, [
    names.drawn,
    stroke("band s2", bandPath(ticks, reach, at)),
    axes(
      area,
      { name: `True ${quantity}`, ticks },
      { name: `Predicted ${quantity}`, ticks },
    ),
    stroke(
      "mark",
      `M${at(ticks.low, ticks.low)}L${at(ticks.high, ticks.high)}`,
    ),
    pairs.map(([truth, predicted]) =>
      markup`<circle class="dot soft s1" cx="${place(toX(truth))}" cy="${
        place(toY(predicted))
      }" r="2.5"/>`
    ),
  ]);
}

/** One interval for both axes, so that the diagonal is where both agree. */
function ticksOf(pairs: readonly Pair[]): Ticks {
  const values = pairs.flat();
  return ticksFor(
    values.reduce((a, b) => Math.min(a, b)),
    values.reduce((a, b) => Math.max(a, b)),
    8,
  );
}

/** The outline of what lies within `reach` of the diagonal, cut off at the axes. */
function bandPath(
  { low, high }: Ticks,
  reach: number,
  at: (truth: number, predicted: number) => string,
): string {
  const within = Math.min(reach, high - low);
  const corners = [
    at(low, low),
    at(low, low + within),
    at(high - within, high),
    at(high, high),
    at(high, high - within),
    at(low + within, low),
  ];
  return `M${corners.join("L")}Z`;
}
