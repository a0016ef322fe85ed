/** The section on the saddle. @module */

import { formatMany } from "../../../report/format.ts";
import { type Content, type Markup, markup } from "../../../report/markup.ts";
import { table } from "../../../report/page.ts";
import { listed } from "../../words.ts";
import { chartGrid, pathChart, pathSheet, type View } from "../path_chart.ts";
import {
  BESIDE,
  DRAWN,
  SADDLE,
  SADDLE_STEPS,
  type SaddleResult,
} from "../saddle.ts";

const VIEW: View = {
  landscape: SADDLE,
  x: [-2.4, 1.2],
  y: [-1.2, 1.2],
  levels: [-1, -0.5, -0.1, 0, 0.1, 0.5, 1, 2, 3, 4],
  marks: [[0, 0]],
};
/** Paths over the saddle, and how long each stays. */
export function saddleSection(results: readonly SaddleResult[]): Content {
  const [on, near, far] = [BESIDE[0], BESIDE[1], BESIDE.at(-1)!];
  const stepsFrom = ({ starts }: SaddleResult, distance: number) =>
    starts.find(({ beside }) => beside === distance)?.steps ?? Infinity;
  const leaving = results.filter((each) => stepsFrom(each, on) < Infinity);
  const isSteady = (each: SaddleResult) =>
    stepsFrom(each, near) - stepsFrom(each, far) <= 2;
  const slower = results.filter((each) => !isSteady(each));
  return [
    markup`<p>The function x² − y² has no minimum; at its saddle, the cross, the gradient is zero. All ways start on its ridge at x = −2, or a hair beside it: those drawn, ${DRAWN} beside. The ridge leads down to the saddle, and all that leads away from it is a gradient along y as small as the distance from the ridge.</p>`,
    markup`<p>From the ridge itself, ${
      leaving.length === 0
        ? "no optimizer gets away: that takes noise, such as that of batches"
        : `${named(leaving)} get away`
    }. Beside it, ${
      named(results.filter(isSteady))
    } need no more than 2 steps more from ${near} than from ${far}: they divide a gradient by its own usual size, so that a small one takes them as far as a large one. The others, ${
      named(slower)
    }, multiply a small distance by about the same factor at every step and need the longer, the nearer they start.</p>`,
    chartGrid(saddleCharts(results)),
    table(
      `Steps until |y| ≥ 1, by the start's distance from the ridge (a dash: more than ${SADDLE_STEPS})`,
      [
        "Optimizer",
        "Learning rate",
        ...BESIDE.map((beside) => formatDistance(beside)),
      ],
      results.map(({ path, starts }) => [
        path.name,
        path.learningRate,
        ...starts.map(({ steps }) => steps ?? "–"),
      ]),
    ),
  ];
}

function named(results: readonly SaddleResult[]): string {
  return listed(results.map(({ path }) => path.name));
}

function formatDistance(beside: number): string {
  return beside === 0 ? "on it" : String(beside);
}

/** All paths over the saddle on one sheet. */
export function saddleSheet(results: readonly SaddleResult[]): Markup {
  const title = "Nine ways along a ridge to a saddle";
  return pathSheet(title, saddleCharts(results));
}

function saddleCharts(results: readonly SaddleResult[]): Markup[] {
  return results.map(({ path, starts }) => {
    const { steps } = starts.find(({ beside }) => beside === DRAWN)!;
    return pathChart(
      VIEW,
      path,
      steps === undefined ? "stays" : `leaves in ${formatMany(steps, "step")}`,
    );
  });
}
