/** The metrics of all other heads on the images of each group of one head. @module */

import type { Metrics } from "../../heads/head.ts";
import { type HeadSpec, kindOf } from "../../heads/kinds.ts";
import type { Evaluation } from "../../train/metrics.ts";
import { barChart, shareBar } from "../chart/bars.ts";
import { ticksFor } from "../chart/scale.ts";
import { formatCount, formatPercent } from "../format.ts";
import type { Content, Markup } from "../markup.ts";
import {
  formatMetric,
  mainMetric,
  plainMetric,
  rightAnswers,
} from "../metrics.ts";
import { figure, folded, table } from "../page.ts";

/** More groups than this do not fit a chart. */
const MOST_GROUPS = 40;
/** More groups than this are for those who ask. */
export const MOST_LISTED = 12;

/** The images of one group, and how the other heads do on them. */
export interface GroupMetrics {
  readonly name: string;
  readonly images: number;
  /** In the order of the other heads. */
  readonly heads: readonly Metrics[];
}

/** All heads but one by the groups of that one. */
export interface Breakdown {
  readonly by: HeadSpec;
  readonly others: readonly HeadSpec[];
  /** Those that have images, in the order of the labels; none where the head does not divide images. */
  readonly groups: readonly GroupMetrics[];
}

/** The breakdown by the groups of `by`. */
export function breakdownBy(
  { heads, metrics }: Evaluation,
  by: HeadSpec,
): Breakdown {
  const others = heads.filter((head) => head !== by);
  const found = metrics.breakdown[by.name] ?? {};
  const groups = kindOf(by).groups(by)
    .filter((name) => Object.hasOwn(found, name))
    .map((name): GroupMetrics => ({
      name,
      images: found[name]!.images,
      heads: others.map((head) => found[name]!.heads[head.name]!),
    }));
  return { by, others, groups };
}

/** The headings and rows of a breakdown as a table of text. */
export function breakdownTable({ by, others, groups }: Breakdown): {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
} {
  return {
    headings: [
      by.name,
      "Images",
      ...others.map((head) => `${head.name}: ${plainMetric(head).title}`),
    ],
    rows: groups.map(({ name, images, heads }) => [
      name,
      formatCount(images),
      ...others.map((head, h) =>
        formatMetric(head, plainMetric(head), heads[h]!)
      ),
    ]),
  };
}

/** The breakdown, to unfold where it is long; nothing where there is none. */
export function breakdownFigure(breakdown: Breakdown): Content {
  const { by, groups, others } = breakdown;
  if (groups.length === 0 || others.length === 0) return undefined;
  const shown = barsAndTable(breakdown);
  return groups.length <= MOST_LISTED
    ? shown
    : folded(`The other heads by ${by.name}`, shown);
}

/** Bars for the heads whose answers are right or wrong, and a table for all. */
function barsAndTable(breakdown: Breakdown): Markup {
  const { by, groups, others } = breakdown;
  const { headings, rows } = breakdownTable(breakdown);
  const numbers = table(`The other heads by ${by.name}`, headings, rows);
  if (!others.some(isJudged)) return numbers;
  const shown = groups.slice(0, MOST_GROUPS);
  const fewer = shown.length === groups.length
    ? ""
    : ` Shown are the first ${shown.length} of ${groups.length} groups.`;
  return figure(
    chart({ ...breakdown, groups: shown }),
    `Whiskers are 95% intervals.${fewer}`,
    numbers,
  );
}

/** Tells heads whose answers are right or wrong from those whose answers are near or far. */
function isJudged(head: HeadSpec): boolean {
  return mainMetric(head).style === "percent";
}

function chart({ by, others, groups }: Breakdown): Markup {
  const rows = groups.map(({ name, heads }) => ({
    name,
    shares: others.flatMap((head, h) => rightAnswers(head, heads[h]!) ?? []),
  }));
  const judged = others.filter(isJudged).map(({ name }) => name);
  return barChart({
    title: `Accuracy of the other heads by ${by.name}`,
    description: rows.map(({ name, shares }) =>
      `${name}: ${
        judged.map((head, h) => `${head} ${formatPercent(shares[h]!.share)}`)
          .join(", ")
      }.`
    ).join(" "),
    value: "Share of its images that were right",
    row: by.name,
    groups: judged,
    rows: rows.map(({ name, shares }) => ({
      name,
      bars: shares.map(shareBar),
    })),
    ticks: ticksFor(0, 1, 5, { low: 0, high: 1 }),
    format: (value) => formatPercent(value, 0),
  });
}
