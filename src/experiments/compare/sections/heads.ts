/** The section on composite outputs. @module */

import { barChart } from "../../../report/chart/bars.ts";
import { ticksFor } from "../../../report/chart/scale.ts";
import { formatCount, formatPercent } from "../../../report/format.ts";
import { type Content, type Markup, markup } from "../../../report/markup.ts";
import { figure, table } from "../../../report/page.ts";
import type { HeadsResult } from "../heads.ts";
import { mean } from "../trial.ts";

/** Bars of accuracy, and what each way costs. */
export function headsSection(
  results: readonly HeadsResult[],
  hidden: readonly number[],
): Content {
  const seeds = results[0]!.item.length;
  return [
    markup`<p>Two questions about one picture can be asked of one network with two heads on one trunk, of two networks, or of one network whose classes are all pairs of domain and item. All have the same trunk (${
      hidden.join(", ")
    }), recipe and split; figures are means over ${seeds} seeds, whiskers go from the lowest to the highest.</p>`,
    figure(headsChart(results)),
    table(
      `Shares of the test pictures that were right, means over ${seeds} seeds`,
      [
        "Way",
        "Classes",
        "Parameters",
        "Training (s)",
        "Item",
        "Domain",
        "Both",
      ],
      results.map(({ name, classes, parameters, seconds, ...shares }) => [
        name,
        classes,
        formatCount(parameters),
        seconds.toFixed(1),
        formatPercent(mean(shares.item)),
        formatPercent(mean(shares.domain)),
        formatPercent(mean(shares.both)),
      ]),
    ),
  ];
}

/** Accuracy of the ways. */
export function headsChart(results: readonly HeadsResult[]): Markup {
  const bar = (shares: readonly number[]) => ({
    value: mean(shares),
    interval: [Math.min(...shares), Math.max(...shares)] as const,
    note: formatPercent(mean(shares)),
  });
  return barChart({
    title: "One network or two",
    description: results.map(({ name, item, domain, both }) =>
      `${name}: item ${formatPercent(mean(item))}, domain ${
        formatPercent(mean(domain))
      }, both ${formatPercent(mean(both))}.`
    ).join(" "),
    value: "Share of test pictures right",
    row: "Way",
    groups: ["item", "domain", "both"],
    rows: results.map(({ name, item, domain, both }) => ({
      name,
      bars: [bar(item), bar(domain), bar(both)],
    })),
    ticks: ticksFor(0, 1, 5, { low: 0, high: 1 }),
    format: (value) => formatPercent(value, 0),
  });
}
