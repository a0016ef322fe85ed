/**
 * Metrics in Prometheus' text format, and the readings that are taken on request.
 *
 * Source: Prometheus, Exposition formats, text format 0.0.4.
 *
 * @module
 */

import {
  BOUNDS,
  type Histogram,
  type Metrics,
  type Reading,
} from "./metrics.ts";
import type { AppOptions } from "./options.ts";

/** All counters and histograms, and the readings as they are now. */
export async function exposition(
  { counters, histograms }: Metrics,
  readings: readonly Reading[],
): Promise<string> {
  const lines: string[] = [];
  for (const [{ name, help }, sums] of counters) {
    const samples = [...sums].map(([labels, sum]) => sample(name, labels, sum));
    lines.push(...family(name, help, "counter", samples));
  }
  for (const [{ name, help }, series] of histograms) {
    const samples = [...series].flatMap(([labels, histogram]) =>
      histogramSamples(name, labels, histogram)
    );
    lines.push(...family(name, help, "histogram", samples));
  }
  for (const { name, help, kind, read } of readings) {
    const samples = [sample(name, "", await read())];
    lines.push(...family(name, help, kind, samples));
  }
  return lines.map((line) => `${line}\n`).join("");
}

/** The readings that are taken on request. */
export function readingsOf(
  { service, droppedLines = () => 0 }: AppOptions,
  metrics: Metrics,
): Reading[] {
  const identity = async () => await (await service()).identity();
  return [{
    kind: "counter",
    name: "tandem_log_lines_dropped_total",
    help: "Lines of the log that were dropped because nobody read them.",
    read: droppedLines,
  }, {
    kind: "gauge",
    name: "tandem_requests_active",
    help: "Requests in progress.",
    read: () => metrics.active,
  }, {
    kind: "gauge",
    name: "tandem_model_version",
    help: "The version that is served.",
    read: async () => (await identity()).version,
  }, {
    kind: "gauge",
    name: "tandem_model_step",
    help: "Optimizer steps of the served model since its first training began.",
    read: async () => (await identity()).step,
  }, {
    kind: "gauge",
    name: "process_resident_memory_bytes",
    help: "Resident memory of the process.",
    read: () => Deno.memoryUsage().rss,
  }];
}

/** A metric with all its samples; nothing where there are none. */
function family(
  name: string,
  help: string,
  type: string,
  samples: readonly string[],
): string[] {
  if (samples.length === 0) return [];
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples];
}

function sample(name: string, labels: string, value: number): string {
  return labels === "" ? `${name} ${value}` : `${name}{${labels}} ${value}`;
}

function histogramSamples(
  name: string,
  labels: string,
  { counts, sum, total }: Histogram,
): string[] {
  let below = 0;
  return [
    ...counts.map((count, i) =>
      `${name}_bucket{${labels},le="${BOUNDS[i]}"} ${below += count}`
    ),
    `${name}_bucket{${labels},le="+Inf"} ${total}`,
    `${name}_sum{${labels}} ${sum}`,
    `${name}_count{${labels}} ${total}`,
  ];
}
