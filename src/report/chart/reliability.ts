/** Reliability diagrams: how often answers of a given confidence are right. @module */

import type { ReliabilityBin } from "../counts.ts";
import { formatCount, formatMany, formatPercent } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import {
  axes,
  box,
  type ChartTexts,
  drawing,
  legend,
  stroke,
} from "./frame.ts";
import { linearScale, place, ticksFor } from "./scale.ts";

const WIDTH = 440;
const HEIGHT = 340;
const AREA = { left: 66, right: WIDTH - 20, top: 48, bottom: 214 };
/** Below, how many answers there are of each confidence. */
const COUNTS = { ...AREA, top: AREA.bottom + 20, bottom: AREA.bottom + 76 };

/**
 * Draws a bar of accuracy per bin of confidence, with a line at the
 * mean confidence, and below how many answers the bin holds. Calibrated answers
 * reach the diagonal.
 *
 * Source: Guo, Pleiss, Sun, Weinberger 2017, figure 1 (arXiv:1706.04599).
 */
export function reliabilityChart(
  texts: ChartTexts,
  bins: readonly ReliabilityBin[],
): Markup {
  const shares = ticksFor(0, 1, 5, { low: 0, high: 1 });
  const most = bins.reduce((high, { images }) => Math.max(high, images), 1);
  const counts = { low: 0, high: most, at: [0, most], decimals: 0 };
  const percent = (value: number) => formatPercent(value, 0);
  const diagonal = `M${AREA.left} ${AREA.bottom}L${AREA.right} ${AREA.top}`;
  return drawing(texts, WIDTH, HEIGHT, [
    legend(LEGEND, 60, 36, WIDTH).drawn,
    axes(
      AREA,
      { name: "", ticks: shares, format: () => "" },
      { name: "Share right", ticks: shares, format: percent },
    ),
    axes(
      COUNTS,
      { name: "Confidence", ticks: shares, format: percent },
      { name: "Answers", ticks: counts, format: formatCount },
    ),
    bins.filter(({ images }) => images > 0).map((bin) => drawBin(bin, most)),
    stroke("mark", diagonal),
  ]);
}

const LEGEND = [
  { name: "share right", sample: box("bar soft s1", -8, -5, 16, 10) },
  { name: "mean confidence", sample: stroke("sure", "M-8 0H8") },
  { name: "calibrated", sample: stroke("mark", "M-9 4L9 -4") },
];

function drawBin(
  { low, high, images, accuracy, confidence }: ReliabilityBin,
  most: number,
): Markup {
  const toX = linearScale({ low: 0, high: 1 }, AREA.left, AREA.right);
  const toY = linearScale({ low: 0, high: 1 }, AREA.bottom, AREA.top);
  const x = toX(low) + 1;
  const width = toX(high) - toX(low) - 2;
  const right = toY(accuracy);
  const sure = toY(confidence);
  const count = (COUNTS.bottom - COUNTS.top) * images / most;
  return markup`<g><title>Confidence ${formatPercent(low, 0)} to ${
    formatPercent(high, 0)
  }: ${formatMany(images, "answer")}, ${
    formatPercent(accuracy)
  } right, mean confidence ${formatPercent(confidence)}</title>${[
    box("bar soft s1", x, right, width, AREA.bottom - right),
    stroke("sure", `M${place(x)} ${place(sure)}h${place(width)}`),
    box("count", x, COUNTS.bottom - count, width, count),
  ]}</g>`;
}
