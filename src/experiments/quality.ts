/** The quality of heads of any kind, in the few numbers that a comparison shows. @module */

import { indexOfLargest, type Metrics } from "../heads/head.ts";
import { type HeadSpec, kindOf } from "../heads/kinds.ts";
import { formatDecimals, formatPercent } from "../report/format.ts";
import { formatValue, mainMetric } from "../report/metrics.ts";

/** The main metric of a head, as "item accuracy". */
export function metricName(head: HeadSpec): string {
  return `${head.name} ${mainMetric(head).title}`;
}

/** The value of a head's main metric, from metrics by the heads' names. */
export function metricIn(
  head: HeadSpec,
  metrics: Readonly<Record<string, Metrics>>,
): number {
  return metrics[head.name]![mainMetric(head).key]!;
}

/** The head to draw where one has to do: the one with the most classes. */
export function mainHead(heads: readonly HeadSpec[]): HeadSpec {
  return heads[
    indexOfLargest(heads.map((head) => kindOf(head).groups(head).length))
  ]!;
}

/** A value of a head's main metric; a dash where the images do not allow one. */
export function writeMetric(head: HeadSpec, value: number): string {
  return formatValue(head, mainMetric(head), value);
}

/** The size of a difference between two values of a head's main metric; that of percentages is in points. */
export function writeDifference(head: HeadSpec, value: number): string {
  return mainMetric(head).style === "percent"
    ? (100 * Math.abs(value)).toFixed(1)
    : Math.abs(value).toFixed(3);
}

/** A mark on a scale of a head's main metric. */
export function writeScale(head: HeadSpec, value: number): string {
  return mainMetric(head).style === "percent"
    ? formatPercent(value, 0)
    : formatDecimals(value, 2);
}
