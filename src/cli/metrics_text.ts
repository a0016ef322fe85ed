/** The metrics of a set of images as lines for a terminal. @module */

import type { Metrics } from "../heads/head.ts";
import { type HeadSpec, kindOf } from "../heads/kinds.ts";
import { formatMany } from "../report/format.ts";
import {
  fewImages,
  formatInterval,
  formatMetric,
  plainMetric,
  rightAnswers,
} from "../report/metrics.ts";
import { MOST_LISTED } from "../report/sections/breakdown.ts";
import type { SetMetrics } from "../train/metrics.ts";

/** A line for the set, and one for each head. */
export function metricsLines(
  name: string,
  heads: readonly HeadSpec[],
  { images, heads: metrics }: SetMetrics,
): string[] {
  const width = Math.max(...heads.map(({ name }) => name.length));
  return [
    `${name}: ${formatMany(images, "image")}`,
    ...heads.map((head) =>
      `  ${head.name.padEnd(width)}  ${headText(head, metrics[head.name]!)}`
    ),
  ];
}

/** The metrics of the heads by the groups of each; long lists are left to --json. */
export function breakdownLines(
  heads: readonly HeadSpec[],
  { breakdown }: SetMetrics,
): string[] {
  return Object.entries(breakdown).flatMap(([by, groups]) => {
    const entries = Object.entries(groups);
    const labelled = heads.filter(({ name }) =>
      entries.some(([, { heads }]) => (heads[name]?.images ?? 0) > 0)
    );
    if (entries.length > MOST_LISTED || labelled.length === 0) return [];
    const width = Math.max(...entries.map(([name]) => name.length));
    return [
      `By ${by}:`,
      ...entries.map(([name, { images, heads: metrics }]) => {
        const others = labelled.filter((head) => head.name in metrics);
        const texts = others.map((head) =>
          `${head.name} ${
            formatMetric(head, plainMetric(head), metrics[head.name])
          }`
        );
        return `  ${name.padEnd(width)}  ${formatMany(images, "image")}: ${
          texts.join(", ")
        }`;
      }),
    ];
  });
}

/** All metrics of a head, the first with its interval, and a flag where images are few. */
function headText(head: HeadSpec, metrics: Metrics): string {
  if (metrics.images === 0) return "no labels";
  const right = rightAnswers(head, metrics);
  const few = fewImages(metrics.images);
  const [main, ...others] = kindOf(head).metrics.map((metric) =>
    `${metric.title} ${formatMetric(head, metric, metrics)}`
  );
  const remarks = [
    ...(right === undefined ? [] : [formatInterval(right)]),
    ...(few === undefined ? [] : [few]),
  ];
  const remark = remarks.length === 0 ? "" : ` (${remarks.join("; ")})`;
  return [main + remark, ...others].join(", ");
}
