/** Observation of requests: headers of every answer, the access log, the metrics. @module */

import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { LogFormat } from "../src/service/settings.ts";
import type { Metrics } from "./metrics.ts";
import { recordOf, type RequestRecord, type Trace } from "./record.ts";

/** Receivers of what is observed. */
export interface Observers {
  readonly metrics: Metrics;
  /** Takes a line of the access log. */
  readonly log?: ((line: string) => void) | undefined;
  readonly logFormat?: LogFormat | undefined;
  /** Takes errors that the answer does not show. */
  readonly report?: ((error: unknown) => void) | undefined;
  readonly trace?: Trace | undefined;
}

/** Methods that are counted by name; clients may send any. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/** The longest path that is logged. */
const LONGEST = 200;

/** Observes every request. */
export function observe(observers: Observers): MiddlewareHandler {
  const { metrics, trace, report } = observers;
  return async (c, next) => {
    const start = performance.now();
    const record = recordOf(c);
    record.id = c.get("requestId") as string;
    record.trace = trace;
    record.report = report;
    metrics.active++;
    await next();
    const { until } = record;
    const elapsed = () => performance.now() - start;
    const { headers } = c.res; // c.header would make the answer anew, of a stream
    headers.set("X-Request-Id", record.id); // lost where another app answered
    for (const [name, value] of record.headers) headers.set(name, value);
    headers.set("Server-Timing", timingOf(record, elapsed()));
    const finish = () => {
      metrics.active--;
      count(c, metrics, elapsed());
      logRequest(c, observers, elapsed());
    };
    if (until === undefined) finish();
    else until.then(finish);
  };
}

function count(c: Context, metrics: Metrics, milliseconds: number): void {
  metrics.count({
    method: METHODS.includes(c.req.method) ? c.req.method : "other",
    route: routeOf(c),
    status: c.res.status,
    milliseconds,
    record: recordOf(c),
  });
}

/**
 * Milliseconds of the parts and of the whole (W3C, Server Timing, 2023). Parts with the
 * same name, such as those of several images, are added up.
 */
function timingOf({ phases }: RequestRecord, total: number): string {
  const times = new Map<string, number>();
  for (const { name, duration } of phases) {
    times.set(name, (times.get(name) ?? 0) + duration);
  }
  return [...times, ["total", total] as const]
    .map(([name, time]) => `${name};dur=${time.toFixed(2)}`).join(", ");
}

function routeOf(c: Context): string {
  return matchedRoutes(c).findLast(({ path }) => !path.endsWith("*"))?.path ??
    "none";
}

/** An entry of the log. */
interface Entry {
  /** ISO 8601. */
  readonly time: string;
  readonly status: number;
  readonly method: string;
  readonly path: string;
  readonly milliseconds: number;
  readonly version: number | undefined;
  /** The name of the request's key. */
  readonly key: string | undefined;
  /** The request's id. */
  readonly id: string | undefined;
}

/** Logs a request and its answer; never a key, a body or a query. */
function logRequest(
  c: Context,
  { log, logFormat = "line" }: Observers,
  milliseconds: number,
): void {
  if (log === undefined || logFormat === "none") return;
  const { key, version, id } = recordOf(c);
  const entry: Entry = {
    time: new Date().toISOString(),
    status: c.res.status,
    method: c.req.method,
    path: c.req.path.slice(0, LONGEST),
    milliseconds: Number(milliseconds.toFixed(2)),
    version,
    key: key?.name,
    id,
  };
  log(logFormat === "json" ? JSON.stringify(entry) : lineOf(entry));
}

function lineOf(
  { time, status, method, path, milliseconds, version, key, id }: Entry,
): string {
  const rest = [
    ...(version === undefined ? [] : [`version ${version}`]),
    ...(key === undefined ? [] : [`key ${key}`]),
  ];
  return [time, status, method, path, `${milliseconds} ms`, ...rest, id]
    .join(" ");
}
