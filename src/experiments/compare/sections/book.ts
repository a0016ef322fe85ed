/** The section on the book's own configuration. @module */

import { lineChart } from "../../../report/chart/line.ts";
import { formatCount, formatPercent } from "../../../report/format.ts";
import { type Content, type Markup, markup } from "../../../report/markup.ts";
import { figure, table } from "../../../report/page.ts";
import { type BookResult, RAW_SIZE } from "../book.ts";

/** Curves and figures of the book's network and ours. */
export function bookSection(results: readonly BookResult[]): Content {
  return [
    markup`<p>The book that this project grew out of feeds ${RAW_SIZE}×${RAW_SIZE} raw pixels to a trunk of 64, 32 and 10 units. Here it is trained with gradient descent and with Adam, beside a wide layer on descriptors, all on the book's split: random rows, so that near-copies of a test picture may be among the training pictures. Ours is a short run on plain pictures; the model card has the figures of a full one.</p>`,
    figure(bookChart(results)),
    table(
      "On the test pictures",
      [
        "Network",
        "Inputs",
        "Trunk",
        "Parameters",
        "Training (s)",
        "Item",
        "Domain",
      ],
      results.map((result) => [
        result.name,
        result.inputs,
        result.hidden.join(", "),
        formatCount(result.parameters),
        result.seconds.toFixed(1),
        formatPercent(result.item),
        formatPercent(result.domain),
      ]),
      2,
    ),
  ];
}

/** Validation accuracy over the epochs. */
export function bookChart(results: readonly BookResult[]): Markup {
  return lineChart({
    title: "Raw pixels and descriptors",
    description: results.map(({ name, item, domain }) =>
      `${name}: test item ${formatPercent(item)}, domain ${
        formatPercent(domain)
      }.`
    ).join(" "),
    x: { name: "Epoch", low: 0 },
    y: {
      name: "Share of validation items right",
      low: 0,
      high: 1,
      format: (value) => formatPercent(value, 0),
    },
    series: results.map(({ name, epochs }, index) => ({
      name,
      colour: [2, 5, 1][index]!,
      points: epochs.map((point) =>
        [point.epoch, point.validationItem] as const
      ),
    })),
  });
}
