/** The section on the book's own configuration. @module */

import type { HeadSpec } from "../../../heads/kinds.ts";
import { lineChart } from "../../../report/chart/line.ts";
import { formatCount } from "../../../report/format.ts";
import { type Content, type Markup, markup } from "../../../report/markup.ts";
import { figure, table } from "../../../report/page.ts";
import {
  mainHead,
  metricIn,
  metricName,
  writeMetric,
  writeScale,
} from "../../quality.ts";
import { type BookResult, RAW_SIZE } from "../book.ts";

/** Curves and metrics of the book's network and ours. */
export function bookSection(
  heads: readonly HeadSpec[],
  results: readonly BookResult[],
): Content {
  return [
    markup`<p>The book that this project grew out of feeds ${RAW_SIZE}×${RAW_SIZE} raw pixels to a trunk of 64, 32 and 10 units. Here it is trained with gradient descent and with Adam, beside a wide layer on descriptors, all on the book's split: random rows, so that near-copies of a test image may be among the training images. Ours is a short run on plain images; the model card has the metrics of a full one.</p>`,
    figure(bookChart(heads, results)),
    table(
      "On the test images",
      [
        "Network",
        "Inputs",
        "Trunk",
        "Parameters",
        "Training (s)",
        ...heads.map(metricName),
      ],
      results.map((result) => [
        result.name,
        result.inputs,
        result.hidden.join(", "),
        formatCount(result.parameters),
        result.seconds.toFixed(1),
        ...heads.map((head) => writeMetric(head, metricIn(head, result.test))),
      ]),
      2,
    ),
  ];
}

/** The main head's metric on the validation images over the epochs. */
export function bookChart(
  heads: readonly HeadSpec[],
  results: readonly BookResult[],
): Markup {
  const main = mainHead(heads);
  return lineChart({
    title: "Raw pixels and descriptors",
    description: results.map(({ name, test }) =>
      `${name}, on the test images: ${
        heads.map((head) =>
          `${metricName(head)} ${writeMetric(head, metricIn(head, test))}`
        ).join(", ")
      }.`
    ).join(" "),
    x: { name: "Epoch", low: 0 },
    y: {
      name: `Validation: ${metricName(main)}`,
      low: 0,
      high: 1,
      format: (value) => writeScale(main, value),
    },
    series: results.map(({ name, epochs }, index) => ({
      name,
      colour: [2, 5, 1][index]!,
      points: epochs.map(({ epoch, validation }) =>
        [epoch, metricIn(main, validation)] as const
      ),
    })),
  });
}
