/** The metrics, compared with the twin. @module */

import {
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
} from "@std/assert";
import { type Both, visit } from "./asking.ts";

/** A sample of Prometheus' text format. */
const SAMPLE = /^(\w+)(\{.*\})? (\S+)$/gm;

/** Reads the metrics: counters only grow, and count what was sent. */
export async function measure(both: Both, app: number): Promise<void> {
  const twin = both.twin.apps[app]!;
  const sent = twin.requests;
  const { text } = await visit(both, app, { method: "GET", path: "/metrics" });
  const gauges = new Set(
    Array.from(text.matchAll(/^# TYPE (\w+) gauge$/gm), ([, name]) => name),
  );
  const samples = Array.from(text.matchAll(SAMPLE), (
    [, name, labels = "", value],
  ) => ({ name, series: `${name}${labels}`, value: Number(value) }));
  const counters = samples.filter(({ name }) => !gauges.has(name));
  const now = new Map(counters.map(({ series, value }) => [series, value]));
  for (const [series, value] of twin.counters) {
    assertGreaterOrEqual(now.get(series) ?? -1, value, series);
  }
  twin.counters = now;
  const requests = counters.filter(({ name }) =>
    name === "tandem_requests_total"
  );
  assertEquals(requests.reduce((sum, { value }) => sum + value, 0), sent);
  for (const [outcome, count] of twin.outcomes) {
    assertEquals(
      now.get(`tandem_finetunes_total{outcome="${outcome}"}`),
      count,
    );
  }
  const { value: version } = samples.find(({ name }) =>
    name === "tandem_model_version"
  )!;
  assertGreaterOrEqual(version, twin.seen);
  assertLessOrEqual(version, both.twin.head.version);
  twin.seen = version;
}
