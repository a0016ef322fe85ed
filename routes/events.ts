/** Answers as a stream of events, for clients that follow the progress of the work. @module */

import type { Context } from "hono";
import { answerError } from "./problem.ts";
import { recordOf } from "./record.ts";

/** Sends the client an event; events that nobody reads any more are dropped. */
export type Tell = (event: string, data: unknown) => void;

/** Whether a request asks for events rather than for one answer. */
export function wantsEvents(c: Context): boolean {
  return (c.req.header("Accept") ?? "").toLowerCase().split(",")
    .some((type) => type.split(";")[0]!.trim() === "text/event-stream");
}

/**
 * Does the work and sends its events; the last is `answer` or `problem`. The work goes
 * on if the client disconnects: it may have changed the model already.
 *
 * Source: HTML Living Standard, 9.2, Server-sent events.
 */
export function eventStream(
  c: Context,
  work: (tell: Tell) => Promise<unknown>,
): Response {
  const encoder = new TextEncoder();
  const finished = Promise.withResolvers<void>();
  recordOf(c).until = finished.promise;
  let isRead = true;
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      const tell = (event: string, data: unknown) => {
        if (!isRead) return;
        const text = typeof data === "string" ? data : JSON.stringify(data);
        controller.enqueue(
          encoder.encode(`event: ${event}\ndata: ${text}\n\n`),
        );
      };
      try {
        tell("answer", await work(tell));
      } catch (error) {
        tell("problem", await answerError(error as Error, c).text());
      } finally {
        if (isRead) controller.close();
        finished.resolve();
      }
    },
    cancel() {
      isRead = false;
    },
  });
  return c.body(stream, 200, {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no", // nginx would keep events back
  });
}
