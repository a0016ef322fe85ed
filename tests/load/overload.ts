/** Twice as many requests as a server can answer, good, bad and fine-tunes. @module */

import { photoJpeg } from "../bench/photos.ts";
import { pause } from "../../src/waiting.ts";
import { residentMemory, type Server } from "../bench/server.ts";
import { askFor, MOST, MOST_MEMORY, type Shown } from "./beside.ts";
import { type Answer, Client, KEY, quantile } from "./client.ts";

const CONNECTIONS = 8;
const WARM_UP = 2;
const CAPACITY = 4;
/** One in so many requests is cut short, and one in so many corrects. */
const BAD = 10;
const TEACH = 200;
/** Milliseconds that a request may be late. */
const LATE = 200;
/** How much more memory may be in use later on. */
const FLAT = 1.2;

/** Answers to requests at twice the rate at which the server was seen to answer them. */
export async function* overload(
  server: Server,
  seconds: number,
): AsyncGenerator<Shown> {
  const image = await photoJpeg(300);
  const clients = Array.from(
    { length: CONNECTIONS },
    (_, n) => new Client(server, `127.0.0.${10 + n}`),
  );
  await askFor(WARM_UP, clients[0]!, image);
  const alone = quantile(await askFor(CAPACITY, clients[0]!, image), 0.5);
  const capacity = await perSecond(clients, image);
  const version = await versionOf(clients[0]!, image);
  const watch = new AbortController();
  const watching = memoriesOf(server, watch.signal);
  const { answers, taught } = await send(clients, image, 2 * capacity, seconds);
  watch.abort();
  const memories = await watching;
  const part = (from: number, to: number) =>
    quantile(memories.slice(from * memories.length, to * memories.length), 0.5);
  const [early, late] = [part(1 / 4, 1 / 2), part(3 / 4, 1)];
  const admitted = answers.filter(({ status }) => status === 200).map((
    { took },
  ) => took);
  const [middle, slowest] = [quantile(admitted, 0.5), quantile(admitted, 0.99)];
  const counts = Map.groupBy([...answers, ...taught], ({ status }) => status);
  const said = [...counts].map(([status, { length }]) => `${length}× ${status}`)
    .join(", ");
  const accepted =
    taught.filter(({ status, body }) =>
      status === 200 && JSON.parse(body).accepted
    ).length;
  const moved = await versionOf(clients[0]!, image) - version;
  yield {
    text: `${
      (2 * capacity).toFixed(0)
    } requests a second, twice the capacity, for ${seconds} s: ${said}`,
    holds: [...counts.keys()].every((status) =>
      status > 0 && (status < 500 || status === 503)
    ),
  };
  yield {
    text:
      `of ${taught.length} fine-tunes ${accepted} were accepted, and the version moved by ${moved}`,
    holds: accepted === moved,
  };
  yield {
    text:
      `predictions admitted: p50 ${middle.toFixed(1)}, p99 ${
        slowest.toFixed(1)
      } ms, ` +
      `${(slowest / alone).toFixed(1)} times ${alone.toFixed(1)} ms`,
    holds: slowest <= MOST * alone,
  };
  yield {
    text:
      `memory: ${early.toFixed(0)} MB in the second quarter of that time, ${
        late.toFixed(0)
      } in the last, ` +
      `${Math.max(...memories).toFixed(0)} at most`,
    holds: late < FLAT * early && Math.max(...memories) < MOST_MEMORY,
  };
  for (const client of clients) client.close();
}

/** Predictions per second of several clients, each asking one after the other. */
async function perSecond(
  clients: readonly Client[],
  image: Uint8Array<ArrayBuffer>,
): Promise<number> {
  const end = performance.now() + 1000 * CAPACITY;
  let count = 0;
  await Promise.all(clients.map(async (client) => {
    while (performance.now() < end) {
      if ((await client.post("/predict", image)).status === 200) count++;
    }
  }));
  return count / CAPACITY;
}

async function versionOf(
  client: Client,
  image: Uint8Array<ArrayBuffer>,
): Promise<number> {
  for (;;) {
    const { status, body } = await client.post("/predict", image);
    if (status === 200) return JSON.parse(body).model.version;
    await pause(100);
  }
}

/** Sends so many requests a second, whether they are answered or not. */
async function send(
  clients: readonly Client[],
  image: Uint8Array<ArrayBuffer>,
  rate: number,
  seconds: number,
): Promise<{ answers: Answer[]; taught: Answer[] }> {
  const cut = image.slice(0, image.length / 2);
  const answers: Promise<Answer>[] = [];
  const taught: Promise<Answer>[] = [];
  let start = performance.now();
  for (let n = 0; n < rate * seconds; n++) {
    const client = clients[n % clients.length]!;
    if (n % TEACH === 0) taught.push(teach(client, image));
    else answers.push(client.post("/predict", n % BAD === 1 ? cut : image));
    const early = start + 1000 * (n + 1) / rate - performance.now();
    if (early > 1) await pause(early);
    // What this process was late with is left out: all at once it would be another load.
    if (early < -LATE) start -= early;
  }
  return {
    answers: await Promise.all(answers),
    taught: await Promise.all(taught),
  };
}

function teach(
  client: Client,
  image: Uint8Array<ArrayBuffer>,
): Promise<Answer> {
  const form = new FormData();
  form.append("image", new Blob([image]), "image");
  form.append("item", "mug");
  return client.post("/finetune", form, { Authorization: `Bearer ${KEY}` });
}

/** The memory of a server, some times a second. */
async function memoriesOf(
  server: Server,
  signal: AbortSignal,
): Promise<number[]> {
  const memories: number[] = [];
  while (!signal.aborted) {
    memories.push(await residentMemory(server));
    await pause(200);
  }
  return memories;
}
