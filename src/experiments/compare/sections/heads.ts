/** The section on composite outputs. @module */

import type { HeadSpec } from "../../../heads/kinds.ts";
import { type Bar, barChart } from "../../../report/chart/bars.ts";
import { ticksFor } from "../../../report/chart/scale.ts";
import {
  formatCount,
  formatDecimals,
  formatPercent,
} from "../../../report/format.ts";
import { type Content, type Markup, markup } from "../../../report/markup.ts";
import { mainMetric } from "../../../report/metrics.ts";
import { figure, table } from "../../../report/page.ts";
import {
  metricIn,
  metricName,
  writeDifference,
  writeMetric,
} from "../../quality.ts";
import { mean, standardDeviation } from "../../statistics.ts";
import { listed } from "../../words.ts";
import type { HeadsResult } from "../heads.ts";
import { headsVerdict } from "./heads_verdict.ts";

/** Bars of every head's metric, the cost of each way, and the differences that are significant. */
export function headsSection(
  heads: readonly HeadSpec[],
  results: readonly HeadsResult[],
  hidden: readonly number[],
): Content {
  if (results.length === 0) {
    return markup`<p>These images have labels of one head only, ${
      heads[0]!.name
    }: there is nothing to share a trunk with.</p>`;
  }
  const seeds = results[0]!.runs.length;
  return [
    markup`<p>One network can have a head for each of the ${heads.length} questions about an image, all on one trunk; or each question has a network of its own. ${
      jointText(heads, results)
    } All have the same trunk (${
      hidden.join(", ")
    }), recipe and split; metrics are means over ${seeds} seeds, whiskers reach one standard deviation to both sides.</p>`,
    figure(headsChart(heads, results)),
    markup`<p>${headsVerdict(heads, results[0]!, results[1]!)}</p>`,
    resultTable(heads, results),
  ];
}

function jointText(
  heads: readonly HeadSpec[],
  results: readonly HeadsResult[],
): Content {
  const classes = heads.filter(({ kind }) => kind === "classes");
  const names = listed(classes.map(({ name }) => name));
  if (results.length > 2) {
    return `Or one head has all combinations of ${names} for its classes: the probability of a label is then the sum over the combinations it is part of.`;
  }
  return classes.length < 2
    ? "A head of all combinations of classes takes two heads that select a class, and is left out."
    : `The combinations of ${names} are too many for one head, which is left out.`;
}

function resultTable(
  heads: readonly HeadSpec[],
  results: readonly HeadsResult[],
): Markup {
  const together = results.every(({ runs }) =>
    runs.every(({ together }) => Number.isFinite(together))
  );
  return table(
    "On the test images: mean ± standard deviation",
    [
      "Way",
      "Networks",
      "Parameters",
      "Training (s)",
      ...heads.map(metricName),
      ...(together ? ["All classes right"] : []),
    ],
    results.map((result) => [
      result.name,
      result.networks,
      formatCount(result.parameters),
      secondsOf(result).toFixed(1),
      ...heads.map((head) => writeSpread(head, valuesOf(head, result))),
      ...(together
        ? [formatPercent(mean(result.runs.map(({ together }) => together)))]
        : []),
    ]),
  );
}

/** Every head's accuracy or R² by the ways. */
export function headsChart(
  heads: readonly HeadSpec[],
  results: readonly HeadsResult[],
): Markup {
  return barChart({
    title: "One network or several",
    description: results.map((result) =>
      `${result.name}: ${
        heads.map((head) =>
          `${metricName(head)} ${writeSpread(head, valuesOf(head, result))}`
        ).join(", ")
      }.`
    ).join(" "),
    value: scaleName(heads),
    row: "Head",
    groups: results.map(({ name }) => name),
    rows: heads.map((head) => ({
      name: head.name,
      bars: results.map((result) => {
        const values = valuesOf(head, result);
        return {
          value: onScale(mean(values)),
          ...spreadOf(values),
          note: writeSpread(head, values),
        };
      }),
    })),
    ticks: ticksFor(0, 1, 5, { low: 0, high: 1 }),
    format: (value) => formatDecimals(value, 1),
  });
}

function scaleName(heads: readonly HeadSpec[]): string {
  const titles = new Set(heads.map((head) => mainMetric(head).title));
  return `On the test images: ${[...titles].join(", or ")}`;
}

/** A head's metric, one value per seed. */
function valuesOf(head: HeadSpec, { runs }: HeadsResult): number[] {
  return runs.map(({ heads }) => metricIn(head, heads));
}

function secondsOf({ runs }: HeadsResult): number {
  return mean(runs.map(({ seconds }) => seconds));
}

/** "73.6% ± 0.3". */
function writeSpread(head: HeadSpec, values: readonly number[]): string {
  const center = writeMetric(head, mean(values));
  const deviation = standardDeviation(values);
  return Number.isFinite(deviation)
    ? `${center} ± ${writeDifference(head, deviation)}`
    : center;
}

/** One standard deviation to both sides, where there is one. */
function spreadOf(values: readonly number[]): Pick<Bar, "interval"> {
  const center = mean(values);
  const deviation = standardDeviation(values);
  return Number.isFinite(deviation)
    ? { interval: [onScale(center - deviation), onScale(center + deviation)] }
    : {};
}

/** The nearest value that the chart has room for. */
function onScale(value: number): number {
  return Math.min(1, Math.max(0, value || 0));
}
