// Event streams that clients open and drop: no step is lost, and nothing is held.

import { assertEquals, assertLess } from "@std/assert";
import { DATA_URL } from "../routes/fixture.ts";
import { modelBytes } from "../service/fixture.ts";
import { type Server, startServer, withFolder } from "./server.ts";

/** Streams before the memory is looked at: until then the caches fill. */
const WARM_UP = 800;
const STREAMS = 1000;
/** Looks at the memory at the end, and streams before each: the lowest is what is held. */
const LOOKS = 8;
const BETWEEN = 25;
/** Clients that open them, each one after the other. */
const CLIENTS = 8;
/** A client may have a quarter of them under way: far fewer than there are streams. */
const MAX_REQUESTS = 512;
/** Before a client that is told to wait asks again, in milliseconds. */
const PAUSE = 50;
/** What the memory may grow by, in bytes for each stream: less than what one holds. */
const MOST_GROWTH = 16e3;
/** Streams after which the memory must have stopped growing. */
const MOST_STREAMS = 3 * STREAMS;
const MEMORY = "process_resident_memory_bytes";

/** Opens a stream that takes a step; resolves when there is room for it. */
async function open(
  { url }: Pick<Server, "url">,
  signal: AbortSignal,
): Promise<Response> {
  const response = await fetch(`${url}/finetune`, {
    method: "POST",
    signal,
    headers: {
      Accept: "text/event-stream",
      "Content-Type": "application/json",
      Authorization: "Bearer train",
    },
    body: JSON.stringify({
      examples: [{ image: DATA_URL, thing: "pen" }],
      mode: "steps",
      steps: 1,
      learningRate: 1e-5,
    }),
  });
  if (response.status === 200) return response;
  assertEquals(response.status, 429, await response.text());
  await new Promise((resolve) => setTimeout(resolve, PAUSE));
  return await open({ url }, signal);
}

/** Opens a stream, and drops it after its head or after an event. */
async function openAndDrop(server: Server, n: number): Promise<void> {
  const leave = new AbortController();
  const response = await open(server, leave.signal);
  if (n % 2 === 1) await response.body!.getReader().read();
  leave.abort();
}

async function drop(server: Server, count: number): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: CLIENTS }, async () => {
    while (next < count) await openAndDrop(server, next++);
  }));
}

/** The gauges, as soon as nothing but the request for them is under way. */
async function settled({ url }: Server): Promise<(name: string) => number> {
  for (;;) {
    const text = await (await fetch(`${url}/metrics`)).text();
    const gauge = (name: string) =>
      Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1]);
    if (gauge("tandem_requests_active") === 1) return gauge;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** The least memory of several looks. */
async function leastMemory(server: Server): Promise<number> {
  let least = Infinity;
  for (let look = 0; look < LOOKS; look++) {
    await drop(server, BETWEEN);
    least = Math.min(least, (await settled(server))(MEMORY));
  }
  return least;
}

Deno.test("a thousand streams are opened and dropped: every step is there, and the memory is what it was", async () => {
  await withFolder(modelBytes({ guard: false }), async ({ model, store }) => {
    const server = await startServer(["run", "-A", "routes/start.ts"], {
      HOST: "127.0.0.1",
      PORT: "0",
      MODEL: model,
      STORE: store,
      KEEP_VERSIONS: "5",
      FINETUNE_KEY: "train",
      MAX_REQUESTS: String(MAX_REQUESTS),
      LOG: "none",
    });
    try {
      await drop(server, WARM_UP);
      const before = (await settled(server))(MEMORY);
      let opened = WARM_UP;
      for (let streams = STREAMS;; streams += STREAMS) {
        await drop(server, STREAMS);
        const grown = await leastMemory(server) - before;
        opened += STREAMS + LOOKS * BETWEEN;
        const version = (await settled(server))("tandem_model_version");
        assertEquals(version, opened);
        if (grown < streams * MOST_GROWTH) break;
        // What is taken once is not held by streams: that grows with their number.
        assertLess(streams, MOST_STREAMS, `${grown} bytes are held`);
      }
    } finally {
      await server.stop();
    }
  });
});
