/** A way down the bowl over its contour lines. @module */

import { axes, drawing, label, stroke } from "../../report/chart/frame.ts";
import { linearScale, place, ticksFor } from "../../report/chart/scale.ts";
import { formatDecimals } from "../../report/format.ts";
import { type Markup, markup } from "../../report/markup.ts";
import { bowl, type BowlPath } from "./bowl.ts";

const WIDTH = 340;
const HEIGHT = 270;
const AREA = { left: 52, right: WIDTH - 12, top: 30, bottom: HEIGHT - 42 };
const X = ticksFor(-8, 3, 6, { low: -8, high: 3 });
const Y = ticksFor(-3, 3, 6, { low: -3, high: 3 });
const HEIGHTS = [0.25, 1, 2.25, 4, 6.25, 9];

/** Draws one path; contour lines are where the bowl has the heights 0.25, 1, 2.25, ….  */
export function pathChart({ name, learningRate, points }: BowlPath): Markup {
  const width = AREA.right - AREA.left;
  const height = AREA.bottom - AREA.top;
  const toX = linearScale(X, 0, width);
  const toY = linearScale(Y, height, 0);
  const places = points.map(([x, y]) =>
    [place(toX(x)), place(toY(y))] as const
  );
  const last = points.at(-1)!;
  const end = formatDecimals(bowl(...last), 4);
  const inside =
    markup`<svg x="${AREA.left}" y="${AREA.top}" width="${width}" height="${height}">${
      HEIGHTS.map((level) => contour(level, toX, toY))
    }${stroke("line s1", `M${places.map((at) => at.join(" ")).join("L")}`)}${
      places.map(([x, y]) =>
        markup`<circle class="dot s1" cx="${x}" cy="${y}" r="2.5"/>`
      )
    }${cross(toX(0), toY(0))}</svg>`;
  return drawing(
    {
      title: `${name}, learning rate ${learningRate}`,
      description: `From (−7, 2) in ${points.length - 1} steps to (${
        formatDecimals(last[0], 2)
      }, ${formatDecimals(last[1], 2)}), where the bowl is ${end} high.`,
    },
    WIDTH,
    HEIGHT,
    [
      axes(AREA, { name: "x", ticks: X }, { name: "y", ticks: Y }),
      inside,
      label("tick end", AREA.right - 4, AREA.top + 14, `ends at ${end}`),
    ],
  );
}

/** x²/20 + y² = level is an ellipse. */
function contour(
  level: number,
  toX: (x: number) => number,
  toY: (y: number) => number,
): Markup {
  const across = place(toX(Math.sqrt(20 * level)) - toX(0));
  const down = place(toY(0) - toY(Math.sqrt(level)));
  return markup`<ellipse class="contour" cx="${place(toX(0))}" cy="${
    place(toY(0))
  }" rx="${across}" ry="${down}"/>`;
}

function cross(x: number, y: number): Markup {
  return stroke(
    "whisker",
    `M${place(x - 5)} ${place(y)}h10M${place(x)} ${place(y - 5)}v10`,
  );
}
