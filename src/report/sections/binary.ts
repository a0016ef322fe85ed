/** The answers of a head that says yes or no: confusions and the ROC curve. @module */

import { isKnown } from "../../heads/head.ts";
import { lineChart } from "../chart/line.ts";
import { formatDecimals, formatPercent } from "../format.ts";
import { type Content, type Markup, markup } from "../markup.ts";
import { figure } from "../page.ts";
import type { HeadAnswers } from "../run.ts";
import { confusionFigure } from "./classes.ts";

/** A point of a ROC curve: shares of "false" and of "true" that are called "true". */
export type RocPoint = readonly [falsePositives: number, truePositives: number];

/**
 * The points of the receiver operating characteristic, from (0, 0) to (1, 1), one
 * for each probability of "true" that occurs; none unless both answers occur.
 *
 * Source: Fawcett 2006, algorithm 1 (doi:10.1016/j.patrec.2005.10.010).
 */
export function rocPoints(
  labels: Float64Array,
  probabilities: ArrayLike<number>,
): RocPoint[] {
  const order = [...labels.keys()].filter((n) => isKnown(labels[n]!))
    .sort((a, b) => probabilities[b]! - probabilities[a]!);
  const yes = order.filter((n) => labels[n] === 1).length;
  const no = order.length - yes;
  if (yes === 0 || no === 0) return [];
  const points: RocPoint[] = [[0, 0]];
  let [hits, alarms] = [0, 0];
  order.forEach((n, i) => {
    if (labels[n] === 1) hits++;
    else alarms++;
    const next = order[i + 1];
    if (next === undefined || probabilities[next] !== probabilities[n]) {
      points.push([alarms / no, hits / yes]);
    }
  });
  return points;
}

/** The confusion matrix and the ROC curve side by side. */
export function binaryFigures(answers: HeadAnswers): Content {
  const points = rocPoints(answers.labels, probabilitiesOf(answers));
  return markup`<div class="charts">${confusionFigure(answers)}${
    points.length > 0 && figure(
      rocChart(answers, points),
      "How many are found, against how many false alarms that takes, as the threshold falls.",
    )
  }</div>`;
}

/** The probability of "true" of each image. */
function probabilitiesOf(
  { calibrated: { predicted, confidence } }: HeadAnswers,
): Float64Array {
  return predicted.map((label, n) =>
    label === 1 ? confidence![n]! : 1 - confidence![n]!
  );
}

function rocChart(
  { head, calibrated }: HeadAnswers,
  points: readonly RocPoint[],
): Markup {
  const area = formatDecimals(calibrated.metrics.auc!, 3);
  const share = { low: 0, high: 1, format: (s: number) => formatPercent(s, 0) };
  return lineChart({
    title: `ROC curve of ${head.name}: area ${area}`,
    description:
      `Share of "true" that is called "true" against the share of "false" that is. The area under the curve is ${area}.`,
    x: { name: '"False" called "true"', ...share },
    y: { name: '"True" called "true"', ...share },
    series: [
      { name: "this model", colour: 1, points },
      {
        name: "by chance",
        colour: 2,
        dashed: true,
        points: [[0, 0], [1, 1]],
      },
    ],
  });
}
