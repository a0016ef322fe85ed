/** The section on the bowl. @module */

import { formatDecimals } from "../../../report/format.ts";
import { type Content, markup } from "../../../report/markup.ts";
import { figure, folded, table } from "../../../report/page.ts";
import { bowl, type BowlPath } from "../bowl.ts";
import { pathChart } from "../path_chart.ts";

/** Paths and where they end. */
export function bowlSection(paths: readonly BowlPath[]): Content {
  const rows = paths.map(({ name, learningRate, options, points }) => {
    const [x, y] = points.at(-1)!;
    const settings = Object.entries(options)
      .map(([option, value]) => `${option} ${value}`).join(", ");
    return [
      name,
      settings,
      learningRate,
      ...[x, y, bowl(x, y)].map((value) => formatDecimals(value, 4)),
    ];
  });
  return [
    markup`<p>The function x²/20 + y² is twenty times as curved along y as along x. From (−7, 2), plain gradient descent swings across the valley while it creeps along it; the others differ in how they tell the two directions apart. Every way has 30 steps, a dot each, at a learning rate that shows its character.</p>`,
    markup`<div class="charts small">${
      paths.map((path) => figure(pathChart(path)))
    }</div>`,
    folded(
      "Where they end",
      table(
        "After 30 steps",
        [
          "Optimizer",
          "Settings besides the usual",
          "Learning rate",
          "x",
          "y",
          "Height",
        ],
        rows,
        2,
      ),
    ),
  ];
}
