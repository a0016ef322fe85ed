/**
 * A thread of good clients: told what to send, it does, and says what came back. In a
 * thread of its own, what is measured is not held up by what else the load does.
 *
 * @module
 */

import { pause } from "../../src/waiting.ts";
import type { Answer } from "./client.ts";
import { Connection } from "./connection.ts";

/** What to send, and how. */
export type Sending =
  & {
    readonly url: string;
    readonly seconds: number;
    /** They take turns. */
    readonly requests: readonly Uint8Array[];
  }
  & (
    /** Each connection sends when it was answered, and after some milliseconds. */
    | { readonly connections: number; readonly pause: number }
    /** So many a second, whether they are answered or not. */
    | { readonly rate: number }
  );

/** Milliseconds that a request may be late. */
const LATE = 200;

/** The thread's side of the port; `self` is typed as a window. */
const port = self as unknown as {
  onmessage: (event: MessageEvent<Sending>) => void;
  postMessage(answers: Answer[]): void;
};

port.onmessage = async ({ data }) =>
  port.postMessage("rate" in data ? await flood(data) : await converse(data));

async function converse(
  { url, seconds, requests, connections, pause: between }:
    & Sending
    & { connections: number; pause: number },
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const end = performance.now() + 1000 * seconds;
  await Promise.all(Array.from({ length: connections }, async () => {
    const connection = new Connection({ url });
    for (let n = 0; performance.now() < end; n++) {
      answers.push(await answered(connection, requests[n % requests.length]!));
      if (between > 0) await pause(between);
    }
    connection.close();
  }));
  return answers;
}

/** Sends until there is an answer: while the listener is made again nobody is let in, and that counts. */
async function answered(
  connection: Connection,
  request: Uint8Array,
): Promise<Answer> {
  const before = performance.now();
  let answer = await connection.send(request);
  while (answer.status === 0) {
    await pause(1);
    answer = await connection.send(request);
  }
  return { ...answer, took: performance.now() - before };
}

async function flood(
  { url, seconds, requests, rate }: Sending & { rate: number },
): Promise<Answer[]> {
  const idle: Connection[] = [];
  const send = async (request: Uint8Array) => {
    const connection = idle.pop() ?? new Connection({ url });
    const answer = await connection.send(request);
    idle.push(connection);
    return answer;
  };
  const answers: Promise<Answer>[] = [];
  let start = performance.now();
  for (let n = 0; n < rate * seconds; n++) {
    answers.push(send(requests[n % requests.length]!));
    const early = start + 1000 * (n + 1) / rate - performance.now();
    if (early > 1) await pause(early);
    // What this thread was late with is left out: all at once it would be another load.
    if (early < -LATE) start -= early;
  }
  const all = await Promise.all(answers);
  for (const connection of idle) connection.close();
  return all;
}
