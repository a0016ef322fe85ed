/** The parts that all charts share: the drawing with its title, axes with names, and the legend. @module */

import { formatDecimals } from "../format.ts";
import { type Content, type Markup, markup } from "../markup.ts";
import { linearScale, place, type Ticks } from "./scale.ts";

/** A chart in words, for those who see it and those who hear it. */
export interface ChartTexts {
  readonly title: string;
  /** The chart's content in a sentence or two, for those who cannot see it. */
  readonly description: string;
}

/** The part of a drawing that the axes enclose, in drawing units. */
export interface PlotArea {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** One axis. */
export interface Axis {
  /** The quantity it measures, with its unit, such as "Loss (nats)". */
  readonly name: string;
  readonly ticks: Ticks;
  /** Writes a mark; by default with the decimals it needs. */
  readonly format?: (value: number) => string;
}

/** Width of a small character, about: wide enough for wide fonts. */
export const CHARACTER = 6.8;

/** Characters of the longest text. */
export function longest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, [...text].length), 0);
}

/** A drawing of this size with its title at the top left. */
export function drawing(
  { title, description }: ChartTexts,
  width: number,
  height: number,
  content: Content,
): Markup {
  const size = [place(width), place(height)] as const;
  return markup`<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${
    size.join(" ")
  }" width="${size[0]}" height="${
    size[1]
  }" role="img"><title>${title}</title><desc>${description}</desc><text class="title" x="4" y="16">${title}</text>${content}</svg>`;
}

/** Text of a class at a place. */
export function label(
  kind: string,
  x: number,
  y: number,
  text: string,
): Markup {
  return markup`<text class="${kind}" x="${place(x)}" y="${
    place(y)
  }">${text}</text>`;
}

/** Text that reads from the bottom up, starting or centred at a place. */
export function uprightLabel(
  kind: string,
  x: number,
  y: number,
  text: string,
): Markup {
  return markup`<text class="${kind}" transform="translate(${place(x)} ${
    place(y)
  }) rotate(-90)">${text}</text>`;
}

/** A stroke along a path. */
export function stroke(kind: string, path: string): Markup {
  return markup`<path class="${kind}" d="${path}"/>`;
}

/** A filled rectangle. */
export function box(
  kind: string,
  x: number,
  y: number,
  width: number,
  height: number,
): Markup {
  return markup`<rect class="${kind}" x="${place(x)}" y="${place(y)}" width="${
    place(width)
  }" height="${place(height)}"/>`;
}

/** Both axes of a plot with their grid lines and names. */
export function axes(area: PlotArea, x: Axis, y: Axis): Markup {
  const { left, right, top, bottom } = area;
  const toX = linearScale(x.ticks, left, right);
  const toY = linearScale(y.ticks, bottom, top);
  const rows = y.ticks.at.map((value) => [
    stroke("grid", `M${place(left)} ${place(toY(value))}H${place(right)}`),
    label("tick end", left - 6, toY(value) + 4, written(y, value)),
  ]);
  const columns = x.ticks.at.map((value) => [
    stroke("axis", `M${place(toX(value))} ${place(bottom)}v4`),
    label("tick middle", toX(value), bottom + 17, written(x, value)),
  ]);
  const lines = `M${place(left)} ${place(top)}V${place(bottom)}H${
    place(right)
  }`;
  return markup`${rows}${columns}${stroke("axis", lines)}${[
    label("name middle", (left + right) / 2, bottom + 35, x.name),
    uprightLabel("name middle", 13, (top + bottom) / 2, y.name),
  ]}`;
}

function written({ ticks, format }: Axis, value: number): string {
  return format?.(value) ?? formatDecimals(value, ticks.decimals);
}

/** One entry of a legend. */
export interface LegendEntry {
  readonly name: string;
  /** The drawing before the name, in a box of 18 × 10 units around (0, 0). */
  readonly sample: Markup;
}

/** Entries in a row, or in several where they need it, and the height they take. */
export function legend(
  entries: readonly LegendEntry[],
  left: number,
  top: number,
  right: number,
): { readonly drawn: Markup; readonly height: number } {
  let x = left;
  let y = top;
  const placed = entries.map(({ name, sample }) => {
    const width = 26 + CHARACTER * [...name].length;
    if (x > left && x + width > right) [x, y] = [left, y + 16];
    const origin = `translate(${place(x + 9)} ${y - 4})`;
    x += width + 16;
    return markup`<g transform="${origin}">${sample}${
      label("tick", 14, 4, name)
    }</g>`;
  });
  return {
    drawn: markup`${placed}`,
    height: entries.length === 0 ? 0 : y - top + 16,
  };
}
