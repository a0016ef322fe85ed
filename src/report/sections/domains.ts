/** How both heads do on the pictures of each capture domain. @module */

import { barChart, shareBar } from "../chart/bars.ts";
import { ticksFor } from "../chart/scale.ts";
import { type Proportion, proportion } from "../counts.ts";
import { formatPercent } from "../format.ts";
import type { Markup } from "../markup.ts";
import { figure, table } from "../page.ts";
import type { HeldOut } from "../run.ts";

/** More domains than this do not fit a chart. */
const MOST_DOMAINS = 40;

/** What both heads said of the pictures of one domain. */
export interface DomainAccuracy {
  readonly name: string;
  readonly images: number;
  readonly item: Proportion;
  readonly domain: Proportion;
}

/** Accuracy by domain, for the domains that have pictures. */
export function domainAccuracies(
  names: readonly string[],
  { labels, calibrated }: HeldOut,
): DomainAccuracy[] {
  const within = (head: "domain" | "item", domain: number) => {
    let right = 0;
    let of = 0;
    labels.domain.forEach((label, n) => {
      const truth = labels[head][n]!;
      if (label !== domain || truth < 0) return;
      of++;
      if (calibrated[head].predicted[n] === truth) right++;
    });
    return proportion(right, of);
  };
  return names.map((name, index) => {
    const domain = within("domain", index);
    return { name, images: domain.of, item: within("item", index), domain };
  }).filter(({ images }) => images > 0);
}

/** Accuracy by domain as bars. */
export function domainFigure(
  names: readonly string[],
  heldOut: HeldOut,
): Markup {
  const all = domainAccuracies(names, heldOut);
  const shown = all.slice(0, MOST_DOMAINS);
  const fewer = shown.length === all.length
    ? ""
    : ` Shown are the first ${shown.length} of ${all.length} domains.`;
  const numbers = table(
    "Accuracy by domain",
    ["Domain", "Pictures", "Item accuracy", "Domain accuracy"],
    all.map(({ name, images, item, domain }) => [
      name,
      images,
      formatPercent(item.share),
      formatPercent(domain.share),
    ]),
  );
  return figure(chart(shown), `Whiskers are 95% intervals.${fewer}`, numbers);
}

function chart(rows: readonly DomainAccuracy[]): Markup {
  return barChart({
    title: "Accuracy by domain",
    description: rows.map(({ name, item, domain }) =>
      `${name}: item ${formatPercent(item.share)}, domain ${
        formatPercent(domain.share)
      }.`
    ).join(" "),
    value: "Share of its pictures that were right",
    row: "Domain",
    groups: ["item head", "domain head"],
    rows: rows.map(({ name, item, domain }) => ({
      name,
      bars: [shareBar(item), shareBar(domain)],
    })),
    ticks: ticksFor(0, 1, 5, { low: 0, high: 1 }),
    format: (value) => formatPercent(value, 0),
  });
}
