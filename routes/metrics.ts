/**
 * Counts of what the server did, in Prometheus' text format. Nothing but maps and
 * sums: a server that nobody scrapes should not load a library for it.
 *
 * Source: Prometheus, Exposition formats, text format 0.0.4.
 *
 * @module
 */

import type { RequestRecord } from "./record.ts";

/** Upper bounds of the histograms' buckets, in seconds. */
const BOUNDS = [
  0.001,
  0.0025,
  0.005,
  0.01,
  0.025,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
];

/** A request that was answered. */
export interface Answered {
  readonly method: string;
  /** The route's path with its parameters' names; `none` where there was none. */
  readonly route: string;
  readonly status: number;
  readonly milliseconds: number;
  readonly record: RequestRecord;
}

type Labels = Readonly<Record<string, string | number>>;

interface Histogram {
  readonly counts: number[];
  sum: number;
  total: number;
}

/** What is known when somebody asks. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly value: number;
}

/** Counts requests and the parts of their work. */
export class Metrics {
  readonly #requests = new Map<string, number>();
  readonly #finetunes = new Map<string, number>();
  readonly #durations = new Map<string, Histogram>();
  readonly #phases = new Map<string, Histogram>();
  /** Requests under way. */
  active = 0;

  /** Counts a request. */
  count({ method, route, status, milliseconds, record }: Answered): void {
    add(this.#requests, labelled({ method, route, status }));
    observe(this.#durations, labelled({ route }), milliseconds);
    for (const [name, milliseconds] of record.phases) {
      observe(this.#phases, labelled({ phase: name }), milliseconds);
    }
    const { outcome } = record;
    if (outcome !== undefined) add(this.#finetunes, labelled({ outcome }));
  }

  /** All of it as text. */
  text(gauges: readonly Gauge[]): string {
    return [
      ...counter("tandem_requests_total", "Requests answered.", this.#requests),
      ...counter(
        "tandem_finetunes_total",
        "Fine-tunes by what became of them.",
        this.#finetunes,
      ),
      ...histogram(
        "tandem_request_duration_seconds",
        "Time to answer.",
        this.#durations,
      ),
      ...histogram(
        "tandem_phase_duration_seconds",
        "Time of parts of the work.",
        this.#phases,
      ),
      ...gauges.flatMap(({ name, help, value }) => [
        ...heading(name, help, "gauge"),
        `${name} ${value}`,
      ]),
      "",
    ].join("\n");
  }
}

function add(counts: Map<string, number>, labels: string): void {
  counts.set(labels, (counts.get(labels) ?? 0) + 1);
}

function observe(
  histograms: Map<string, Histogram>,
  labels: string,
  milliseconds: number,
): void {
  let histogram = histograms.get(labels);
  if (histogram === undefined) {
    histogram = { counts: BOUNDS.map(() => 0), sum: 0, total: 0 };
    histograms.set(labels, histogram);
  }
  const seconds = milliseconds / 1000;
  const bucket = BOUNDS.findIndex((bound) => seconds <= bound);
  if (bucket >= 0) histogram.counts[bucket]!++;
  histogram.sum += seconds;
  histogram.total++;
}

function counter(
  name: string,
  help: string,
  counts: ReadonlyMap<string, number>,
): string[] {
  if (counts.size === 0) return [];
  return [
    ...heading(name, help, "counter"),
    ...[...counts].map(([labels, count]) => `${name}{${labels}} ${count}`),
  ];
}

function histogram(
  name: string,
  help: string,
  histograms: ReadonlyMap<string, Histogram>,
): string[] {
  if (histograms.size === 0) return [];
  return [
    ...heading(name, help, "histogram"),
    ...[...histograms].flatMap(([labels, { counts, sum, total }]) => {
      let below = 0;
      return [
        ...counts.map((count, i) =>
          `${name}_bucket{${labels},le="${BOUNDS[i]}"} ${below += count}`
        ),
        `${name}_bucket{${labels},le="+Inf"} ${total}`,
        `${name}_sum{${labels}} ${sum}`,
        `${name}_count{${labels}} ${total}`,
      ];
    }),
  ];
}

function heading(name: string, help: string, type: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

/** Labels as text. Their values are methods, routes, statuses and names of ours: none needs an escape. */
function labelled(labels: Labels): string {
  return Object.entries(labels).map(([name, value]) => `${name}="${value}"`)
    .join(",");
}
