/** The section on the optimizers. @module */

import type { HeadSpec } from "../../../heads/kinds.ts";
import { lineChart, type Series } from "../../../report/chart/line.ts";
import { formatDecimals } from "../../../report/format.ts";
import { type Content, type Markup, markup } from "../../../report/markup.ts";
import { figure, table } from "../../../report/page.ts";
import {
  mainHead,
  metricIn,
  metricName,
  writeMetric,
  writeScale,
} from "../../quality.ts";
import type { OptimizerResult } from "../optimizers.ts";
import type { EpochPoint } from "../trial.ts";

/** Both forms of momentum share a colour; those of Adam, whose lines coincide, differ most. */
const LOOKS: Readonly<Record<string, { colour: number; dashed?: boolean }>> = {
  sgd: { colour: 8 },
  momentum: { colour: 2 },
  nesterov: { colour: 2, dashed: true },
  adagrad: { colour: 7 },
  adadelta: { colour: 4 },
  rmsprop: { colour: 6 },
  adam: { colour: 1 },
  amsgrad: { colour: 5 },
  adamw: { colour: 3 },
};

/** Curves of all optimizers, and a table. */
export function optimizerSection(
  heads: readonly HeadSpec[],
  results: readonly OptimizerResult[],
  hidden: readonly number[],
): Content {
  return [
    markup`<p>Every optimizer trains the same network (trunk ${
      hidden.join(", ")
    }; no dropout, no mixing, a constant learning rate) from the same weights, at three learning rates. Shown is the run with the lowest validation loss: each optimizer at its best, as far as three tries find it.</p>`,
    markup`<div class="charts">${figure(lossChart(results))}${
      figure(metricChart(heads, results))
    }</div>`,
    resultTable(heads, results),
  ];
}

/** Training loss over the epochs. */
export function lossChart(results: readonly OptimizerResult[]): Markup {
  return lineChart({
    title: "Training loss by optimizer",
    description: describe(
      results,
      "training loss",
      ({ loss }) => formatDecimals(loss, 3),
    ),
    x: { name: "Epoch", leastStep: 1 },
    y: { name: "Mean loss of the epoch (nats)", low: 0 },
    series: seriesOf(results, ({ loss }) => loss),
    height: 340,
  });
}

/** The main head's metric on the validation images over the epochs. */
function metricChart(
  heads: readonly HeadSpec[],
  results: readonly OptimizerResult[],
): Markup {
  const main = mainHead(heads);
  const valueOf = ({ validation }: EpochPoint) => metricIn(main, validation);
  return lineChart({
    title: `Validation: ${metricName(main)} by optimizer`,
    description: describe(
      results,
      `${metricName(main)} on the validation images`,
      (point) => writeMetric(main, valueOf(point)),
    ),
    x: { name: "Epoch", leastStep: 1 },
    y: {
      name: metricName(main),
      format: (value) => writeScale(main, value),
    },
    series: seriesOf(results, valueOf),
    height: 340,
  });
}

function seriesOf(
  results: readonly OptimizerResult[],
  valueOf: (point: EpochPoint) => number,
): Series[] {
  return results.map(({ name, epochs }) => ({
    name,
    colour: 1,
    ...LOOKS[name],
    points: epochs.map((point) => [point.epoch, valueOf(point)] as const),
  }));
}

function describe(
  results: readonly OptimizerResult[],
  what: string,
  written: (point: EpochPoint) => string,
): string {
  const ends = results.flatMap(({ name, epochs }) => {
    const last = epochs.at(-1);
    return last === undefined ? [] : [`${name} ${written(last)}`];
  });
  return `Last ${what}: ${ends.join(", ")}.`;
}

function resultTable(
  heads: readonly HeadSpec[],
  results: readonly OptimizerResult[],
): Markup {
  return table(
    "Each at the learning rate with the lowest validation loss (a dash: it diverged)",
    [
      "Optimizer",
      "Learning rate",
      "Validation loss at each learning rate",
      ...heads.map((head) => `Test: ${metricName(head)}`),
      "ms per step",
    ],
    results.map((result) => [
      result.name,
      result.learningRate,
      result.tried.map(({ learningRate, validationLoss }) =>
        `${learningRate}: ${
          validationLoss === undefined ? "–" : formatDecimals(validationLoss, 3)
        }`
      ).join(", "),
      ...heads.map((head) => writeMetric(head, metricIn(head, result.test))),
      (1000 * result.secondsPerStep).toFixed(1),
    ]),
  );
}
