/** Predictions of one client beside the worst requests of another. @module */

import { photoJpeg } from "../bench/photos.ts";
import { pause } from "../../src/waiting.ts";
import { residentMemory, type Server } from "../bench/server.ts";
import { Client, quantile } from "./client.ts";
import { type Hostile, worstRequests } from "./worst.ts";

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
/** Hostile requests under way at once. */
const ATTACKERS = 4;
/** Between two predictions of the good client, in milliseconds. */
const PAUSE = 20;
const WARM_UP = 3;

/** Asks for a prediction again and again; resolves to how long each took. */
export async function askFor(
  seconds: number,
  client: Client,
  image: Uint8Array<ArrayBuffer>,
): Promise<number[]> {
  const times: number[] = [];
  for (
    const end = performance.now() + 1000 * seconds;
    performance.now() < end;
  ) {
    const before = performance.now();
    let answer = await client.post("/predict", image);
    // While the listener is made again nobody is let in: that time counts.
    while (answer.status === 0) answer = await client.post("/predict", image);
    if (answer.status !== 200) {
      throw new Error(`The server answered ${answer.status}: ${answer.body}`);
    }
    times.push(performance.now() - before);
    await pause(PAUSE);
  }
  return times;
}

/** Predictions without a load, and beside each of the worst requests. */
export async function* beside(
  server: Server,
  seconds: number,
): AsyncGenerator<Shown> {
  const image = await photoJpeg(300);
  const good = new Client(server, "127.0.0.2");
  const worst = await worstRequests();
  await askFor(WARM_UP, good, image);
  for (const hostile of worst) {
    const alone = quantile(await askFor(seconds / 2, good, image), 0.5);
    const { times, most, said } = await attacked(
      server,
      hostile,
      () => askFor(seconds, good, image),
    );
    const slowest = quantile(times, 0.99);
    yield {
      text:
        `beside ${hostile.name} (${said}): p50 ${
          quantile(times, 0.5).toFixed(1)
        }, ` +
        `p99 ${slowest.toFixed(1)} ms, ${(slowest / alone).toFixed(1)} times ${
          alone.toFixed(1)
        } ms; ` +
        `${most.toFixed(0)} MB at most`,
      holds: slowest <= MOST * alone && most < MOST_MEMORY,
    };
  }
  good.close();
}

/** What `work` gives while others send a hostile request, over and over, from another thread. */
async function attacked(
  server: Server,
  hostile: Hostile,
  work: () => Promise<number[]>,
): Promise<{ times: number[]; most: number; said: string }> {
  const attackers = new Worker(new URL("./attackers.ts", import.meta.url), {
    type: "module",
  });
  const heard = Promise.withResolvers<string>();
  attackers.onmessage = ({ data }: MessageEvent<string>) => heard.resolve(data);
  attackers.postMessage({ url: server.url, hostile, count: ATTACKERS });
  let over = false;
  let most = 0;
  const watch = async () => {
    while (!over) {
      most = Math.max(most, await residentMemory(server));
      await pause(200);
    }
  };
  const watching = watch();
  const times = await work();
  attackers.postMessage("stop");
  const said = await heard.promise;
  attackers.terminate();
  over = true;
  await watching;
  return { times, most, said };
}
