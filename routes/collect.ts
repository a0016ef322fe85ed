/** Reading a body into memory. @module */

import { HTTPException } from "hono/http-exception";
import { problem } from "./problem.ts";

/** Bodies of this size are read as a whole: a stream takes longer, by a millisecond for 100 KB. */
export const SMALL = 256 * 1024;
/** The factor by which the memory for a body grows. */
const GROWTH = 4;
/** Bytes beyond the limit that are read and dropped before a body is refused. */
export const DRAINED = 32 * 1024 * 1024;

/** Requests whose bodies have been read to the end. */
export const received: WeakSet<Request> = new WeakSet();

/** Reads a stream into memory that grows with what has come, not with what was promised. */
export async function collect(
  stream: ReadableStream<Uint8Array>,
  { length, maxBytes, count, signal }: {
    /** Bytes that were promised. */
    readonly length: number | undefined;
    readonly maxBytes: number;
    readonly count: (bytes: number) => void;
    readonly signal: AbortSignal;
  },
): Promise<ArrayBuffer> {
  const reader = stream.getReader();
  const giveUp = () => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", giveUp);
  let body = new Uint8Array(SMALL);
  let filled = 0;
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return body.buffer.transfer(filled);
      if (filled + value.length > maxBytes) throw tooLong(maxBytes);
      count(value.length);
      const needed = filled + value.length;
      if (needed > SMALL) await paced(value.length);
      if (needed > body.length) {
        const { PACE } = await import("./pace.ts");
        body = await PACE.run(() => grown(body, needed, length));
      }
      body.set(value, filled);
      filled = needed;
    }
  } catch (error) {
    release(body.buffer);
    if (error instanceof HTTPException && error.status === 413) {
      await drain(reader, signal);
    }
    giveUp();
    throw error;
  }
}

/** Waits until a large body may go on; meanwhile TCP holds back its sender. */
async function paced(bytes: number): Promise<void> {
  const { PACE } = await import("./pace.ts");
  await PACE.receive(bytes);
}

/** The same bytes with room for more: four times as much, or the promised length if that is less. */
function grown(
  body: Uint8Array<ArrayBuffer>,
  needed: number,
  promised = Infinity,
): Uint8Array<ArrayBuffer> {
  const larger = Math.max(GROWTH * body.length, needed);
  const size = promised >= needed && promised <= larger ? promised : larger;
  return new Uint8Array(body.buffer.transfer(size));
}

/** Frees memory at once: left to the garbage collector, bodies pile up by hundreds of megabytes. */
export function release(buffer: ArrayBuffer): void {
  buffer.transfer(0);
}

/** Reads the rest and drops it: many clients send a whole body before they read an answer. */
async function drain(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  for (let read = 0; read < DRAINED && !signal.aborted;) {
    const { value, done } = await reader.read();
    if (done) return;
    await paced(value.length);
    read += value.length;
  }
}

/** The answer to a body that is too large. */
export function tooLong(maxBytes: number) {
  return problem(
    413,
    `Cannot read the body: expected at most ${maxBytes} bytes (MAX_BODY_BYTES), got more`,
  );
}
