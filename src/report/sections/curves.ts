/** How the run went, epoch by epoch. @module */

import { lineChart, type Series } from "../chart/line.ts";
import { formatDecimals, formatMany, formatPercent } from "../format.ts";
import { type Content, type Markup, markup } from "../markup.ts";
import { figure, folded, table } from "../page.ts";
import type { EpochRecord } from "../../train/history.ts";
import type { RunReport } from "../run.ts";

type Head = "domain" | "item";

/** Curves of both heads, and of the learning rate. */
export function curves(run: RunReport): Content {
  if (run.history.length === 0) {
    return markup`<p>No epoch was completed.</p>`;
  }
  const heads: readonly Head[] = run.sizes.domains < 2
    ? ["item"]
    : ["item", "domain"];
  return [
    markup`<p>Training figures are taken with everything that makes learning harder switched on: dropped inputs, mixed pictures, smoothed labels. That is why they may look worse than those of the validation pictures.</p>`,
    markup`<div class="charts">${heads.map((head) => figure(loss(run, head)))}${
      heads.map((head) => figure(accuracy(run, head)))
    }${figure(totalLoss(run))}${figure(learningRate(run))}</div>`,
    folded("Every epoch in numbers", epochs(run)),
  ];
}

function loss(run: RunReport, head: Head): Markup {
  return epochChart(run, `Loss of the ${head} head`, "Loss (nats)", [
    series("training", 1, run, ({ loss }) => loss[head]),
    series("validation", 2, run, ({ validation }) => validation?.[head].loss),
  ]);
}

function accuracy(run: RunReport, head: Head): Markup {
  return epochChart(
    run,
    `Accuracy of the ${head} head`,
    "Share right",
    [
      series("training", 1, run, ({ accuracy }) => accuracy[head]),
      series(
        "validation",
        2,
        run,
        ({ validation }) => validation?.[head].accuracy,
      ),
    ],
    (value) =>
      formatPercent(
        value,
        Number.isInteger(Math.round(1e6 * value) / 1e4) ? 0 : 1,
      ),
  );
}

function totalLoss(run: RunReport): Markup {
  return epochChart(run, "Loss of both heads together", "Loss (nats)", [
    series("training", 1, run, ({ loss }) => loss.total),
    series(
      "validation",
      2,
      run,
      ({ validation }) =>
        validation && validation.domain.loss + validation.item.loss,
    ),
  ]);
}

function learningRate(run: RunReport): Markup {
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
  format?: (value: number) => string,
): Markup {
  return lineChart({
    title,
    description: `${title} over ${formatMany(run.history.length, "epoch")}. ${
      lines.map(lastValue).join(" ")
    }`,
    x: { name: "Epoch", leastStep: 1, low: 1, high: lastEpoch(run) },
    y: format === undefined ? { name } : { name, format, high: 1 },
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

function epochs({ history }: RunReport): Markup {
  const decimals = (value: number | undefined) =>
    value === undefined ? "–" : formatDecimals(value, 4);
  const percent = (value: number | undefined) =>
    value === undefined ? "–" : formatPercent(value);
  return table(
    "Losses in nats, accuracies in per cent",
    [
      "Epoch",
      "Learning rate",
      "Item loss",
      "Domain loss",
      "Item accuracy",
      "Domain accuracy",
      "Validation item loss",
      "Validation domain loss",
      "Validation item accuracy",
      "Validation domain accuracy",
    ],
    history.map(({ epoch, learningRate, loss, accuracy, validation }) => [
      epoch,
      learningRate.toExponential(2),
      decimals(loss.item),
      decimals(loss.domain),
      percent(accuracy.item),
      percent(accuracy.domain),
      decimals(validation?.item.loss),
      decimals(validation?.domain.loss),
      percent(validation?.item.accuracy),
      percent(validation?.domain.accuracy),
    ]),
  );
}
