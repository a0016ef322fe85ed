/** Several charts on one sheet. @module */

import { type Markup, markup } from "../markup.ts";
import { drawing } from "./frame.ts";

const GAP = 20;
const TITLE = 34;

/** Charts of equal size in rows of so many. */
export function sheet(
  title: string,
  charts: readonly Markup[],
  perRow: number,
): Markup {
  const { width, height } = sizeOf(charts[0]!);
  const rows = Math.ceil(charts.length / perRow);
  const placed = charts.map((chart, index) => {
    const x = (index % perRow) * (width + GAP);
    const y = TITLE + Math.floor(index / perRow) * (height + GAP);
    return markup`<g transform="translate(${x} ${y})">${chart}</g>`;
  });
  return drawing(
    { title, description: `${charts.length} charts.` },
    perRow * (width + GAP) - GAP,
    TITLE + rows * (height + GAP) - GAP,
    placed,
  );
}

/** Width and height as the chart itself states them. */
function sizeOf({ html }: Markup): { width: number; height: number } {
  const [, width, height] = html.match(/width="([\d.]+)" height="([\d.]+)"/)!;
  return { width: Number(width), height: Number(height) };
}
