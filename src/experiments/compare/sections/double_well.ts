/** The section on the double well. @module */

import { formatMany } from "../../../report/format.ts";
import { type Content, type Markup, markup } from "../../../report/markup.ts";
import { table } from "../../../report/page.ts";
import { listed } from "../../words.ts";
import {
  DOUBLE_WELL,
  type DoubleWellResult,
  WELL_STEPS,
} from "../double_well.ts";
import { chartGrid, pathChart, pathSheet, type View } from "../path_chart.ts";

const VIEW: View = {
  landscape: DOUBLE_WELL,
  x: [-1.8, 1.8],
  y: [-1.2, 1.2],
  levels: [-0.7, -0.4, 0, 0.4, 0.8, 0.95, 1.082, 1.4, 2, 3],
  marks: [[0.879, 0], [-1.088, 0]],
};

/** Paths through the double well, and which get past the shallow minimum. */
export function doubleWellSection(
  results: readonly DoubleWellResult[],
): Content {
  const rates = results[0]!.tried.length;
  const leavingAt = (times: (count: number) => boolean) =>
    results.filter(({ tried }) =>
      times(tried.filter(({ steps }) => steps !== undefined).length)
    ).map(({ path }) => path.name);
  return [
    markup`<p>The function (x² − 1)² + 0.8 x + y² has a shallow minimum, the right cross, before a deep one. Down the slope from (1.6, 1), an optimizer either stays in the first or is fast enough to get over the pass, which is 0.33 higher. Every way has ${WELL_STEPS} steps at each of ${rates} learning rates; drawn is the middle one.</p>`,
    markup`<p>${
      sentences([
        ["at most of the learning rates", leavingAt((count) => count > 1)],
        ["at one", leavingAt((count) => count === 1)],
        ["at none", leavingAt((count) => count === 0)],
      ])
    } Momentum carries what was gained on the slope; without it a step follows the slope under it, and that leads back.</p>`,
    chartGrid(doubleWellCharts(results)),
    table(
      `Steps until beyond the pass for good (a dash: not within ${WELL_STEPS})`,
      ["Optimizer", "Steps at each learning rate"],
      results.map(({ path, tried }) => [
        path.name,
        tried.map(({ learningRate, steps, diverged }) =>
          `${learningRate}: ${diverged ? "diverged" : steps ?? "–"}`
        ).join(", "),
      ]),
      2,
    ),
  ];
}

/** "The pass is crossed at one by a and b, at none by c.", of the lists that are not empty. */
function sentences(
  parts: readonly (readonly [where: string, names: readonly string[]])[],
): string {
  const said = parts.filter(([, names]) => names.length > 0)
    .map(([where, names]) => `${where} by ${listed(names)}`);
  return `The pass is crossed ${said.join(", ")}.`;
}

/** All paths through the double well on one sheet. */
export function doubleWellSheet(results: readonly DoubleWellResult[]): Markup {
  const title = "Nine ways into a shallow minimum";
  return pathSheet(title, doubleWellCharts(results));
}

function doubleWellCharts(results: readonly DoubleWellResult[]): Markup[] {
  return results.map(({ path, tried }) => {
    const { steps, diverged } = tried.find(({ learningRate }) =>
      learningRate === path.learningRate
    )!;
    const stays = diverged ? "diverges" : "stays";
    return pathChart(
      VIEW,
      path,
      steps === undefined ? stays : `over it in ${formatMany(steps, "step")}`,
    );
  });
}
