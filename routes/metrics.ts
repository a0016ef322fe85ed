/**
 * The server's metrics: one registry, read by /metrics and exported to OpenTelemetry if
 * that is on. It is only maps and sums: a server that nobody scrapes should not load a
 * library for it.
 *
 * @module
 */

import type { RequestRecord } from "./record.ts";

/** Upper bounds of the histograms' buckets, in seconds. */
export const BOUNDS: readonly number[] = [
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

/** A counter, or a histogram of durations in seconds. */
export interface Instrument {
  readonly name: string;
  readonly help: string;
  readonly kind: "counter" | "histogram";
}

/** A value that is read on request. */
export interface Reading {
  readonly kind: "counter" | "gauge";
  readonly name: string;
  readonly help: string;
  readonly read: () => number | Promise<number>;
}

/** The labels of a measurement. */
export type Labels = Readonly<Record<string, string | number>>;

/** A receiver of every measurement. */
export interface Meter {
  /** Called with a count, or a duration in seconds. */
  record(instrument: Instrument, value: number, labels: Labels): void;
  /** Called once with the values that can be read. */
  watch(readings: readonly Reading[]): void;
}

/** Durations: how many are in each bucket, not cumulated, and their sum. */
export interface Histogram {
  readonly counts: number[];
  sum: number;
  total: number;
}

/** A request that was answered. */
export interface Answered {
  readonly method: string;
  /** The route's path with the names of its parameters; `none` if no route matched. */
  readonly route: string;
  readonly status: number;
  readonly milliseconds: number;
  readonly record: RequestRecord;
}

const REQUESTS: Instrument = {
  kind: "counter",
  name: "tandem_requests_total",
  help: "Requests answered.",
};
const FINETUNES: Instrument = {
  kind: "counter",
  name: "tandem_finetunes_total",
  help: "Fine-tunes by outcome.",
};
const DURATIONS: Instrument = {
  kind: "histogram",
  name: "tandem_request_duration_seconds",
  help: "Time to answer.",
};
const PHASES: Instrument = {
  kind: "histogram",
  name: "tandem_phase_duration_seconds",
  help: "Time of parts of the work.",
};

/** Counts requests and the parts of their work. */
export class Metrics {
  /** Sums by their labels as text. */
  readonly counters = new Map<Instrument, Map<string, number>>([
    [REQUESTS, new Map()],
    [FINETUNES, new Map()],
  ]);
  /** Durations by their labels as text. */
  readonly histograms = new Map<Instrument, Map<string, Histogram>>([
    [DURATIONS, new Map()],
    [PHASES, new Map()],
  ]);
  /** Requests under way. */
  active = 0;

  /** @param meter Receives every measurement as well. */
  constructor(private readonly meter?: Meter) {}

  /** Counts a request. */
  count({ method, route, status, milliseconds, record }: Answered): void {
    this.#add(REQUESTS, { method, route, status });
    this.#observe(DURATIONS, { route }, milliseconds);
    for (const { name, duration } of record.phases) {
      this.#observe(PHASES, { phase: name }, duration);
    }
    const { outcome } = record;
    if (outcome !== undefined) this.#add(FINETUNES, { outcome });
  }

  #add(instrument: Instrument, labels: Labels): void {
    const sums = this.counters.get(instrument)!;
    const key = textOf(labels);
    sums.set(key, (sums.get(key) ?? 0) + 1);
    this.meter?.record(instrument, 1, labels);
  }

  #observe(instrument: Instrument, labels: Labels, milliseconds: number): void {
    const histograms = this.histograms.get(instrument)!;
    const key = textOf(labels);
    let histogram = histograms.get(key);
    if (histogram === undefined) {
      histogram = { counts: BOUNDS.map(() => 0), sum: 0, total: 0 };
      histograms.set(key, histogram);
    }
    const seconds = milliseconds / 1000;
    const bucket = BOUNDS.findIndex((bound) => seconds <= bound);
    if (bucket >= 0) histogram.counts[bucket]!++;
    histogram.sum += seconds;
    histogram.total++;
    this.meter?.record(instrument, seconds, labels);
  }
}

/** Labels as text. Their values are methods, routes, statuses and names of ours: none needs an escape. */
function textOf(labels: Labels): string {
  return Object.entries(labels).map(([name, value]) => `${name}="${value}"`)
    .join(",");
}
