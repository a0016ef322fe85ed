/** Answers that come as a stream of events. @module */

import { assert, assertEquals } from "@std/assert";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import type { Call, Reply } from "./world.ts";

/** Headers that ask for a stream. */
export const STREAM = { Accept: "text/event-stream" };

/** Whether a call asks for a stream. */
export function isStreamed({ headers }: Call): boolean {
  return headers?.Accept === STREAM.Accept;
}

/** The answer or the problem at the end of a stream, as it would have come without one. */
export function endOf(reply: Reply): Reply {
  const type = reply.headers.get("Content-Type");
  if (type !== STREAM.Accept) return reply;
  assertEquals(reply.status, 200);
  const events = eventsOf(reply.text);
  const { event, data } = events.pop()!;
  checkProgress(events);
  if (event === "answer") return { ...reply, text: data };
  assertEquals(event, "problem");
  const headers = new Headers({ "Content-Type": "application/problem+json" });
  return { ...reply, status: JSON.parse(data).status, headers, text: data };
}

function eventsOf(text: string): EventSourceMessage[] {
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  parser.feed(text);
  assert(text.endsWith("\n\n"), "the last event is whole");
  return events;
}

/** It is checked, then decoded, and then the steps come in their order. */
function checkProgress(events: readonly EventSourceMessage[]): void {
  const names = events.map(({ event }) => event);
  const [first, second] = ["checked", "decoded"];
  const steps = names.slice(2).map(() => "step");
  assertEquals(names, [first, second, ...steps].slice(0, names.length));
  events.slice(2).forEach(({ data }, i) =>
    assertEquals(JSON.parse(data), { step: i + 1 })
  );
}
