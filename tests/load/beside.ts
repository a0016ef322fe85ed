/** Predictions of one client beside the worst requests of another. @module */

import { photoJpeg } from "../bench/photos.ts";
import type { Server } from "../bench/server.ts";
import { postRequest } from "./connection.ts";
import {
  askFor,
  compared,
  MOST_MEMORY,
  type Shown,
  watched,
} from "./sending.ts";
import { type Hostile, worstRequests } from "./worst.ts";

/** Hostile requests under way at once. */
const ATTACKERS = 4;
const WARM_UP = 3;

/** Predictions without a load, and beside each of the worst requests whose name holds a text. */
export async function* beside(
  server: Server,
  seconds: number,
  text = "",
): AsyncGenerator<Shown> {
  const worst = (await worstRequests()).filter(({ name }) =>
    name.includes(text)
  );
  const request = postRequest(server, "/predict", await photoJpeg(300));
  const ask = (seconds: number) => askFor(server, seconds, request);
  await ask(WARM_UP);
  for (const hostile of worst) {
    const alone = await ask(seconds / 2);
    const [{ result, said }, memories] = await watched(
      server,
      () => attacked(server, hostile, () => ask(seconds)),
    );
    const { text: times, holds } = compared(result, alone);
    const most = Math.max(...memories);
    yield {
      text: `beside ${hostile.name} (${said}): ${times}; ${
        most.toFixed(0)
      } MB at most`,
      holds: holds && most < MOST_MEMORY,
    };
  }
}

/** What `work` gives while others send a hostile request, over and over, from another thread. */
async function attacked<T>(
  { url }: Server,
  hostile: Hostile,
  work: () => Promise<T>,
): Promise<{ result: T; said: string }> {
  const attackers = new Worker(new URL("./attackers.ts", import.meta.url), {
    type: "module",
  });
  const heard = Promise.withResolvers<string>();
  attackers.onmessage = ({ data }: MessageEvent<string>) => heard.resolve(data);
  attackers.postMessage({ url, hostile, count: ATTACKERS });
  const result = await work();
  attackers.postMessage("stop");
  const said = await heard.promise;
  attackers.terminate();
  return { result, said };
}
