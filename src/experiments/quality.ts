/** How good heads of any kind are, in the few numbers that a comparison shows. @module */

import {
  indexOfLargest,
  type Metrics,
  type MetricStyle,
} from "../heads/head.ts";
import { type HeadSpec, kindOf } from "../heads/kinds.ts";
import { formatDecimals, formatPercent } from "../report/format.ts";

/** The metric to quote of a head: its accuracy, or R². */
export function metricOf(head: HeadSpec): MetricStyle {
  return kindOf(head).metrics[0]!;
}

/** A head's {@linkcode metricOf}, as "item accuracy". */
export function metricName(head: HeadSpec): string {
  return `${head.name} ${metricOf(head).title}`;
}

/** The value of a head's {@linkcode metricOf}, from metrics by the heads' names. */
export function metricIn(
  head: HeadSpec,
  metrics: Readonly<Record<string, Metrics>>,
): number {
  return metrics[head.name]![metricOf(head).key]!;
}

/** The head to draw where one has to do: the one with the most classes. */
export function mainHead(heads: readonly HeadSpec[]): HeadSpec {
  return heads[
    indexOfLargest(heads.map((head) => kindOf(head).groups(head).length))
  ]!;
}

/** A value of {@linkcode metricOf}; a dash where the images do not allow one. */
export function writeMetric(head: HeadSpec, value: number): string {
  if (!Number.isFinite(value)) return "–";
  return metricOf(head).style === "percent"
    ? formatPercent(value)
    : formatDecimals(value, 3);
}

/** The size of a difference between two values of {@linkcode metricOf}; that of percentages is in points. */
export function writeDifference(head: HeadSpec, value: number): string {
  return metricOf(head).style === "percent"
    ? (100 * Math.abs(value)).toFixed(1)
    : Math.abs(value).toFixed(3);
}

/** A mark on a scale of {@linkcode metricOf}. */
export function writeScale(head: HeadSpec, value: number): string {
  return metricOf(head).style === "percent"
    ? formatPercent(value, 0)
    : formatDecimals(value, 2);
}
