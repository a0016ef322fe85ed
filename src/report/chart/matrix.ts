/** A confusion matrix as a grid of shaded counts. @module */

import { shorten } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import {
  CHARACTER,
  type ChartTexts,
  drawing,
  label,
  longest,
  stroke,
  uprightLabel,
} from "./frame.ts";
import { place } from "./scale.ts";

/** A table of counts with names on both sides. */
export interface MatrixChart extends ChartTexts {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** [rows, columns], row-major. */
  readonly counts: ArrayLike<number>;
  /** Images per row: what a full shade stands for. */
  readonly totals: ArrayLike<number>;
}

/** The grid's corner, and the side of a cell. */
interface Grid {
  readonly left: number;
  readonly top: number;
  readonly size: number;
}

const NAME_LENGTH = 20;

/**
 * Draws the counts, shaded by their share of the row. The diagonal — what was
 * right — has a colour of its own, so that what was wrong stands out.
 */
export function matrixChart(chart: MatrixChart): Markup {
  const [rows, columns] = [chart.rows, chart.columns].map((names) =>
    names.map((name) => shorten(name, NAME_LENGTH))
  ) as [string[], string[]];
  const size = Math.min(46, Math.max(21, 680 / columns.length));
  const left = 36 + CHARACTER * longest(rows);
  const top = 58 + CHARACTER * longest(columns);
  const width = size * columns.length;
  const height = size * rows.length;
  const room = 12 + 8.4 * [...chart.title].length;
  return drawing(chart, Math.max(left + width + 8, room), top + height + 8, [
    label("name middle", left + width / 2, 40, "Predicted"),
    uprightLabel("name middle", 13, top + height / 2, "True"),
    rows.map((name, r) =>
      label("tick end", left - 6, top + size * (r + 0.5) + 4, name)
    ),
    columns.map((name, c) =>
      uprightLabel("tick", left + size * (c + 0.5) + 4, top - 6, name)
    ),
    stroke("grid", gridPath(left, top, width, height, size)),
    cells(chart, { left, top, size }),
  ]);
}

function gridPath(
  left: number,
  top: number,
  width: number,
  height: number,
  size: number,
): string {
  let path = "";
  for (let x = 0; x <= width + 1e-6; x += size) {
    path += `M${place(left + x)} ${place(top)}v${place(height)}`;
  }
  for (let y = 0; y <= height + 1e-6; y += size) {
    path += `M${place(left)} ${place(top + y)}h${place(width)}`;
  }
  return path;
}

/** The cells that are not empty. */
function cells(
  { rows, columns, counts, totals }: MatrixChart,
  grid: Grid,
): Markup[] {
  return rows.flatMap((row, r) =>
    columns.flatMap((column, c) => {
      const count = counts[r * columns.length + c]!;
      if (count === 0) return [];
      const title = `${row}: ${count} of ${totals[r]} called ${column}`;
      return [cell(grid, r, c, row === column, count, totals[r]!, title)];
    })
  );
}

/** One cell. No shade is so deep that its number cannot be read. */
function cell(
  { left, top, size }: Grid,
  row: number,
  column: number,
  right: boolean,
  count: number,
  total: number,
  title: string,
): Markup {
  const x = left + size * column;
  const y = top + size * row;
  const shade = place(0.14 + 0.41 * count / total);
  const side = place(size - 1);
  return markup`<g><title>${title}</title><rect class="bar s${
    right ? 1 : 2
  }" fill-opacity="${shade}" x="${place(x + 0.5)}" y="${
    place(y + 0.5)
  }" width="${side}" height="${side}"/>${
    label("cell", x + size / 2, y + size / 2 + 4, String(count))
  }</g>`;
}
