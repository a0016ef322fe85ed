/** What good clients are answered, and how long they wait. @module */

import { residentMemory, type Server } from "../bench/server.ts";
import { pause } from "../../src/waiting.ts";
import { type Answer, quantile } from "./client.ts";
import type { Sending } from "./sender.ts";

/** What a part of the load has shown. */
export interface Shown {
  readonly text: string;
  /** Whether that is what is promised. */
  readonly holds: boolean;
}

/** The longest that the slowest hundredth may take, in medians without a load. */
export const MOST = 5;
/** The most memory, in megabytes. */
export const MOST_MEMORY = 512;
/** Milliseconds between two looks at the memory. */
const LOOKS = 250;
/** Milliseconds between two predictions of a good client. */
const PAUSE = 20;

/** Sends requests from a thread of their own; resolves to the answers. */
export async function send(sending: Sending): Promise<Answer[]> {
  const sender = new Worker(new URL("./sender.ts", import.meta.url), {
    type: "module",
  });
  const heard = Promise.withResolvers<Answer[]>();
  sender.onmessage = ({ data }: MessageEvent<Answer[]>) => heard.resolve(data);
  sender.postMessage(sending);
  const answers = await heard.promise;
  sender.terminate();
  return answers;
}

/** Asks for one prediction after the other, with pauses. */
export async function askFor(
  { url }: Server,
  seconds: number,
  request: Uint8Array,
): Promise<Answer[]> {
  const answers = await send({
    url,
    seconds,
    requests: [request],
    connections: 1,
    pause: PAUSE,
  });
  for (const { status, body } of answers) {
    if (status !== 200) {
      throw new Error(`The server answered ${status}: ${body}`);
    }
  }
  return answers;
}

/** Does something, and watches a server's memory meanwhile, in megabytes. */
export async function watched<T>(
  server: Server,
  work: () => Promise<T>,
): Promise<[result: T, memories: number[]]> {
  const memories: number[] = [];
  let over = false;
  const watching = (async () => {
    while (!over) {
      memories.push(await residentMemory(server));
      await pause(LOOKS);
    }
  })();
  try {
    return [await work(), memories];
  } finally {
    over = true;
    await watching;
  }
}

/** How long answers took, beside those without a load, and whether that is within the promise. */
export function compared(
  answers: readonly Answer[],
  alone: readonly Answer[],
): Shown {
  const took = (some: readonly Answer[], share: number) =>
    quantile(some.map(({ took }) => took), share);
  const unloaded = took(alone, 0.5);
  const slowest = took(answers, 0.99);
  const inServer = quantile(answers.map(({ served }) => served), 0.99);
  return {
    text:
      `p50 ${took(answers, 0.5).toFixed(1)}, p99 ${slowest.toFixed(1)} ms, ` +
      `${(slowest / unloaded).toFixed(1)} times ${unloaded.toFixed(1)} ms ` +
      `(of that p99 ${inServer.toFixed(1)} in the server)`,
    holds: slowest <= MOST * unloaded,
  };
}

/** How often each status was answered. */
export function statusesOf(answers: readonly Answer[]): string {
  const counts = Map.groupBy(answers, ({ status }) => status);
  return [...counts].map(([status, { length }]) => `${length}× ${status}`)
    .join(", ");
}
