/** The metrics, compared with the twin. @module */

import {
  assertEquals,
  assertGreaterOrEqual,
  assertLessOrEqual,
} from "@std/assert";
import { type Both, visit } from "./asking.ts";

/** A sample of Prometheus' text format. */
const SAMPLE = /^(\w+)(\{.*\})? (\S+)$/gm;

interface Sample {
  readonly name: string;
  readonly series: string;
  readonly value: number;
}

/** Checks that a counter has counted this, by its labels, and nothing else. */
function checkCounts(
  counter: string,
  samples: readonly Sample[],
  expected: ReadonlyMap<string, number>,
): void {
  const counted = samples.filter(({ name }) => name === counter)
    .map(({ series, value }) => `${series} ${value}`);
  const wanted = [...expected].map(([labels, count]) =>
    `${counter}{${labels}} ${count}`
  );
  assertEquals(counted.toSorted(), wanted.toSorted());
}

/** Reads the metrics: counters only grow, and count what was sent and nothing else. */
export async function measure(both: Both, app: number): Promise<void> {
  const twin = both.twin.apps[app]!;
  const sent = new Map(twin.requests);
  const { samples, gauges } = await read(both, app);
  const counters = samples.filter(({ name }) => !gauges.has(name));
  const now = new Map(counters.map(({ series, value }) => [series, value]));
  for (const [series, value] of twin.counters) {
    assertGreaterOrEqual(now.get(series) ?? -1, value, series);
  }
  twin.counters = now;
  checkCounts("tandem_requests_total", counters, sent);
  const outcomes = Array.from(
    twin.outcomes,
    ([outcome, count]) => [`outcome="${outcome}"`, count] as const,
  );
  checkCounts("tandem_finetunes_total", counters, new Map(outcomes));
  const active = samples.find(({ name }) => name === "tandem_requests_active")!;
  assertEquals(active.value, 1);
  const { value: version } = samples.find(({ name }) =>
    name === "tandem_model_version"
  )!;
  assertGreaterOrEqual(version, twin.seen);
  assertLessOrEqual(version, both.twin.head.version);
  twin.seen = version;
}

/** The fine-tunes that an app has counted, by outcome. */
export async function readOutcomes(
  both: Both,
  app: number,
): Promise<Map<string, number>> {
  const { samples } = await read(both, app);
  return new Map(
    samples.flatMap(({ series, value }) => {
      const [, outcome] = /^tandem_finetunes_total\{outcome="(.*)"\}$/
        .exec(series) ?? [];
      return outcome === undefined ? [] : [[outcome, value] as const];
    }),
  );
}

async function read(
  both: Both,
  app: number,
): Promise<{ samples: Sample[]; gauges: Set<string> }> {
  const { text } = await visit(both, app, { method: "GET", path: "/metrics" });
  const gauges = new Set(
    Array.from(text.matchAll(/^# TYPE (\w+) gauge$/gm), ([, name]) => name!),
  );
  const samples = Array.from(text.matchAll(SAMPLE), (
    [, name, labels = "", value],
  ) => ({ name: name!, series: `${name}${labels}`, value: Number(value) }));
  return { samples, gauges };
}
