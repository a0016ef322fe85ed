/** The metrics and labels of heads as people read them. @module */

import {
  isFiniteNumber,
  isKnown,
  type Metrics,
  type MetricStyle,
} from "../heads/head.ts";
import { type HeadSpec, kindOf } from "../heads/kinds.ts";
import { type Proportion, proportion } from "./counts.ts";
import { formatDecimals, formatPercent, formatQuantity } from "./format.ts";

/** Fewer images than this leave a share uncertain by ten points and more either way. */
const FEW = 100;

/** The metric of a head to quote first: its accuracy, or R². */
export function mainMetric(head: HeadSpec): MetricStyle {
  return kindOf(head).metrics[0]!;
}

/**
 * The metric that still says something where images are few: the one in the
 * head's own unit, where it has one.
 */
export function plainMetric(head: HeadSpec): MetricStyle {
  const { metrics } = kindOf(head);
  return metrics.find(({ style }) => style === "quantity") ?? metrics[0]!;
}

/** A metric as text; "–" where the images did not allow one, which JSON makes null. */
export function formatMetric(
  head: HeadSpec,
  style: MetricStyle,
  metrics: Metrics | undefined,
): string {
  return formatValue(head, style, metrics?.[style.key]);
}

/** A value of a metric as text, such as a mean over several models. */
export function formatValue(
  head: HeadSpec,
  { style }: MetricStyle,
  value: number | null | undefined,
): string {
  if (!isFiniteNumber(value)) return "–";
  if (style === "percent") return formatPercent(value);
  if (style === "decimal") return formatDecimals(value, 3);
  return withUnit(head, formatQuantity(value));
}

/** A label as text: a name, true or false, a quantity with its unit. */
export function formatLabel(head: HeadSpec, label: number): string {
  if (!isKnown(label)) return "unknown";
  const shown = kindOf(head).show(head, label);
  return typeof shown === "number"
    ? withUnit(head, formatQuantity(shown))
    : String(shown);
}

/** A quantity with the unit of its head. */
export function withUnit(head: HeadSpec, quantity: string): string {
  const unit = "unit" in head ? head.unit : undefined;
  return unit === undefined ? quantity : `${quantity} ${unit}`;
}

/** The answers that were right, where a head's answers are right or wrong; undefined elsewhere. */
export function rightAnswers(
  head: HeadSpec,
  metrics: Metrics,
): Proportion | undefined {
  const { key, style } = mainMetric(head);
  if (style !== "percent") return undefined;
  const { images } = metrics;
  const right = images === 0 ? 0 : Math.round(metrics[key]! * images);
  return proportion(right, images);
}

/** "95% interval 81.0% to 87.2%". */
export function formatInterval({ low, high }: Proportion): string {
  return `95% interval ${formatPercent(low)} to ${formatPercent(high)}`;
}

/** "only 9 images" where so few were measured that chance decides much; undefined elsewhere. */
export function fewImages(images: number): string | undefined {
  return images < FEW
    ? `only ${images} image${images === 1 ? "" : "s"}`
    : undefined;
}
