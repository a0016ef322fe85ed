/** The course of the run, epoch by epoch. @module */

import { isFiniteNumber } from "../../heads/head.ts";
import type { HeadSpec } from "../../heads/kinds.ts";
import type { EpochRecord } from "../../train/epochs.ts";
import { lineChart, type Series } from "../chart/line.ts";
import {
  capitalized,
  formatDecimals,
  formatMany,
  formatPercent,
} from "../format.ts";
import { type Content, type Markup, markup } from "../markup.ts";
import { mainMetric } from "../metrics.ts";
import { figure, folded, table } from "../page.ts";
import type { RunReport } from "../run.ts";

/** Curves of every head, of all together, and of the learning rate. */
export function curves(run: RunReport): Content {
  if (run.history.length === 0) {
    return markup`<p>No epoch was completed.</p>`;
  }
  const { heads } = run.sizes;
  return [
    markup`<p>Training metrics are taken with everything that makes learning harder switched on: dropped inputs, mixed images, smoothed labels. That is why they may look worse than those of the validation images. Losses are in nats; those of quantities are in squared standard deviations.</p>`,
    markup`<div class="charts">${
      heads.map((head) => [
        figure(lossChart(run, head)),
        figure(scoreChart(run, head)),
      ])
    }${heads.length > 1 && figure(totalLossChart(run))}${
      figure(learningRateChart(run))
    }</div>`,
    folded("Every epoch in numbers", epochs(run)),
  ];
}

function lossChart(run: RunReport, { name }: HeadSpec): Markup {
  return epochChart(run, `Loss of ${name}`, "Loss", [
    series("training", 1, run, ({ heads }) => heads[name]?.loss),
    series("validation", 2, run, ({ validation }) => validation?.[name]?.loss),
  ]);
}

function scoreChart(run: RunReport, head: HeadSpec): Markup {
  const { key, title, style } = mainMetric(head);
  const { name } = head;
  return epochChart(
    run,
    `${capitalized(title)} of ${name}`,
    style === "percent" ? "Share right" : title,
    [
      series("training", 1, run, ({ heads }) => heads[name]?.score),
      series(
        "validation",
        2,
        run,
        ({ validation }) => validation?.[name]?.[key],
      ),
    ],
    style === "percent" ? wholePercent : undefined,
  );
}

function wholePercent(value: number): string {
  const whole = Number.isInteger(Math.round(1e6 * value) / 1e4);
  return formatPercent(value, whole ? 0 : 1);
}

function totalLossChart(run: RunReport): Markup {
  const { sizes: { heads }, plan: { headWeights } } = run;
  return epochChart(run, "Loss of all heads together", "Loss", [
    series("training", 1, run, ({ loss }) => loss),
    series("validation", 2, run, ({ validation }) =>
      validation &&
      heads.reduce(
        (sum, { name }) =>
          sum + (headWeights[name] ?? 1) * (validation[name]?.loss || 0),
        0,
      )),
  ]);
}

function learningRateChart(run: RunReport): Markup {
  return epochChart(run, "Learning rate", "Learning rate", [
    series("at the epoch's end", 3, run, ({ learningRate }) => learningRate),
  ]);
}

function series(
  name: string,
  colour: number,
  { history }: RunReport,
  valueOf: (record: EpochRecord) => number | undefined,
): Series {
  return {
    name,
    colour,
    dashed: colour === 2,
    points: history.map((record) =>
      [record.epoch, valueOf(record) ?? NaN] as const
    ),
  };
}

function epochChart(
  run: RunReport,
  title: string,
  name: string,
  lines: readonly Series[],
  percent?: (value: number) => string,
): Markup {
  return lineChart({
    title,
    description: `${title} over ${formatMany(run.history.length, "epoch")}. ${
      lines.map(lastValue).join(" ")
    }`,
    x: { name: "Epoch", leastStep: 1, low: 1, high: lastEpoch(run) },
    y: percent === undefined ? { name } : { name, format: percent, high: 1 },
    series: lines,
    ...(run.keptEpoch < run.history.at(-1)!.epoch &&
      { mark: { at: run.keptEpoch, name: "weights kept" } }),
  });
}

function lastEpoch({ history }: RunReport): number {
  return Math.max(2, history.at(-1)!.epoch);
}

function lastValue({ name, points }: Series): string {
  const last = points.findLast(([, value]) => Number.isFinite(value));
  return last === undefined
    ? `No ${name} values.`
    : `Last ${name} value: ${formatDecimals(last[1], 4)}.`;
}

function epochs({ history, sizes: { heads } }: RunReport): Markup {
  const shown = (head: HeadSpec, value: number | null | undefined) => {
    if (!isFiniteNumber(value)) return "–";
    return mainMetric(head).style === "percent"
      ? formatPercent(value)
      : formatDecimals(value, 4);
  };
  const decimals = (value: number | null | undefined) =>
    isFiniteNumber(value) ? formatDecimals(value, 4) : "–";
  return table(
    "Losses and scores: of the training images, then of the validation images",
    [
      "Epoch",
      "Learning rate",
      ...heads.flatMap((head) => {
        const score = `${head.name} ${mainMetric(head).title}`;
        return [
          `${head.name} loss`,
          score,
          `validation ${head.name} loss`,
          `validation ${score}`,
        ];
      }),
    ],
    history.map(({ epoch, learningRate, heads: seen, validation }) => [
      epoch,
      learningRate.toExponential(2),
      ...heads.flatMap((head) => [
        decimals(seen[head.name]?.loss),
        shown(head, seen[head.name]?.score),
        decimals(validation?.[head.name]?.loss),
        shown(head, validation?.[head.name]?.[mainMetric(head).key]),
      ]),
    ]),
  );
}
