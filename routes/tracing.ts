/** Spans of the parts of a request's work, for OpenTelemetry. @module */

import { SpanStatusCode, trace } from "@opentelemetry/api";
import type { Trace } from "./record.ts";

/** A trace on the registered provider; Deno registers its own if OTEL_DENO is set. */
export function openTrace(): Trace {
  const tracer = trace.getTracer("tandem");
  return {
    within: (name, work) =>
      tracer.startActiveSpan(name, async (span) => {
        try {
          return await work();
        } catch (error) {
          span.setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        } finally {
          span.end();
        }
      }),
    note: ({ name, start, duration }) =>
      tracer.startSpan(name, { startTime: start }).end(start + duration),
  };
}
