/** The section on the optimizers. @module */

import { lineChart, type Series } from "../../../report/chart/line.ts";
import { formatDecimals, formatPercent } from "../../../report/format.ts";
import { type Content, type Markup, markup } from "../../../report/markup.ts";
import { figure, table } from "../../../report/page.ts";
import type { OptimizerResult } from "../optimizers.ts";
import type { EpochPoint } from "../trial.ts";

/** Relatives share a colour. */
const LOOKS: Readonly<Record<string, { colour: number; dashed?: boolean }>> = {
  sgd: { colour: 1 },
  momentum: { colour: 2 },
  nesterov: { colour: 2, dashed: true },
  adagrad: { colour: 3 },
  adadelta: { colour: 4 },
  rmsprop: { colour: 5 },
  adam: { colour: 7 },
  amsgrad: { colour: 7, dashed: true },
  adamw: { colour: 8 },
};

/** Curves of all optimizers, and a table. */
export function optimizerSection(
  results: readonly OptimizerResult[],
  hidden: readonly number[],
): Content {
  return [
    markup`<p>Every optimizer trains the same network (trunk ${
      hidden.join(", ")
    }; no dropout, no mixing, a constant learning rate) from the same weights, at three learning rates. Shown is the run with the lowest validation loss: each optimizer at its best, as far as three tries find it.</p>`,
    markup`<div class="charts">${
      figure(
        lossChart(results),
        "Where lines cover each other, the one named last is on top.",
      )
    }${figure(accuracyChart(results))}</div>`,
    resultTable(results),
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

function accuracyChart(results: readonly OptimizerResult[]): Markup {
  return lineChart({
    title: "Item accuracy by optimizer",
    description: describe(
      results,
      "validation accuracy",
      ({ validationItem }) => formatPercent(validationItem),
    ),
    x: { name: "Epoch", leastStep: 1 },
    y: {
      name: "Share of validation items right",
      format: (value) => formatPercent(value, 0),
    },
    series: seriesOf(results, ({ validationItem }) => validationItem),
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

function resultTable(results: readonly OptimizerResult[]): Markup {
  return table(
    "Each at the learning rate with the lowest validation loss (a dash: it diverged)",
    [
      "Optimizer",
      "Learning rate",
      "Validation loss at each learning rate",
      "Test item",
      "Test domain",
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
      formatPercent(result.item),
      formatPercent(result.domain),
      (1000 * result.secondsPerStep).toFixed(1),
    ]),
  );
}
