/** The section on the bowl. @module */

import { formatDecimals, formatMany } from "../../../report/format.ts";
import { type Content, type Markup, markup } from "../../../report/markup.ts";
import { folded, table } from "../../../report/page.ts";
import { BOWL } from "../bowl.ts";
import { heightAt, type Path } from "../landscape.ts";
import { chartGrid, pathChart, pathSheet, type View } from "../path_chart.ts";

const VIEW: View = {
  landscape: BOWL,
  x: [-8, 3],
  y: [-3, 3],
  levels: [0.25, 1, 2.25, 4, 6.25, 9],
  marks: [[0, 0]],
};
/** Paths down the bowl and where they end. */
export function bowlSection(paths: readonly Path[]): Content {
  return [
    markup`<p>The function x²/20 + y² is twenty times as curved along y as along x. From (−7, 2), plain gradient descent swings across the valley while it creeps along it; the others differ in how they tell the two directions apart. Every way has ${
      paths[0]!.points.length - 1
    } steps, a dot each, at a learning rate that shows its character.</p>`,
    chartGrid(bowlCharts(paths)),
    folded(
      "Where they end",
      table(
        `After ${formatMany(paths[0]!.points.length - 1, "step")}`,
        [
          "Optimizer",
          "Settings besides the usual",
          "Learning rate",
          "x",
          "y",
          "Height",
        ],
        paths.map(({ name, learningRate, options, points }) => {
          const end = points.at(-1)!;
          const settings = Object.entries(options)
            .map(([option, value]) => `${option} ${value}`).join(", ");
          return [
            name,
            settings,
            learningRate,
            ...[...end, heightAt(BOWL, end)].map((value) =>
              formatDecimals(value, 4)
            ),
          ];
        }),
        2,
      ),
    ),
  ];
}

/** All paths down the bowl on one sheet. */
export function bowlSheet(paths: readonly Path[]): Markup {
  return pathSheet("Nine ways down a bowl", bowlCharts(paths));
}

function bowlCharts(paths: readonly Path[]): Markup[] {
  return paths.map((path) => {
    const end = formatDecimals(heightAt(BOWL, path.points.at(-1)!), 4);
    return pathChart(VIEW, path, `ends at ${end}`);
  });
}
