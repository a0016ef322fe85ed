// Clients that send a byte a second, and those that send none, against a server of
// few descriptors: others are served beside them, and afterwards nothing is left.

import { assert, assertEquals, assertLess } from "@std/assert";
import { pause } from "../../src/waiting.ts";
import { IMAGES } from "../routes/fixture.ts";
import { modelBytes } from "../service/fixture.ts";
import { type Server, startServer, withFolder } from "./server.ts";

/** How long and how many; the environment may ask for more. */
const SECONDS = Number(Deno.env.get("TEST_SLOW_SECONDS") ?? 4);
const CLIENTS = Number(Deno.env.get("TEST_SLOW_CLIENTS") ?? 500);
const DESCRIPTORS = 1024;

const model = modelBytes({ guard: false });

/** The permissions of `task start`: what the server does about its descriptors must do with them. */
const ARGS = [
  "run",
  "--no-prompt",
  "--allow-net",
  "--allow-read",
  "--allow-env",
];

async function withServer(
  env: Record<string, string>,
  body: (server: Server, port: number) => Promise<void>,
): Promise<void> {
  await withFolder(model, async ({ model, store }) => {
    const server = await startServer(
      [
        ...ARGS,
        `--allow-write=${store},${store}-wal,${store}-shm`,
        "routes/start.ts",
      ],
      {
        HOST: "127.0.0.1",
        PORT: "0",
        MODEL: model,
        STORE: store,
        LOG: "none",
        ...env,
      },
      undefined,
      DESCRIPTORS,
    );
    try {
      await body(server, Number(new URL(server.url).port));
    } finally {
      await server.stop();
    }
  });
}

/** How many descriptors the server has open. */
async function descriptorsOf({ process }: Server): Promise<number> {
  const { stdout } = await new Deno.Command("bash", {
    args: ["-c", `ls /proc/${process.pid}/fd`],
  }).output();
  return new TextDecoder().decode(stdout).trim().split("\n").length;
}

/** How long it took until a prediction was there, in milliseconds, and the tries. */
async function predict(
  { url }: Server,
): Promise<{ took: number; tries: number }> {
  const started = performance.now();
  for (let tries = 1;; tries++) {
    try {
      const answer = await fetch(`${url}/predict`, {
        method: "POST",
        body: IMAGES.jpeg,
        headers: { Connection: "close" },
      });
      await answer.body?.cancel();
      assertEquals(answer.status, 200);
      return { took: performance.now() - started, tries };
    } catch (error) {
      // While the listener is made again nobody is let in.
      if (!(error instanceof TypeError)) throw error;
      assertLess(tries, 200, String(error));
      await pause(5);
    }
  }
}

const HEAD = "POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\n";
const PROMISE =
  `${HEAD}Content-Type: image/jpeg\r\nContent-Length: 300000\r\n\r\n`;

/** Sends `start` and then a byte a second until `signal`, again on a new connection when one is closed. */
async function drip(
  port: number,
  start: string,
  signal: AbortSignal,
): Promise<number> {
  let connections = 0;
  while (!signal.aborted) {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port })
      .catch(() => undefined);
    await pause(1);
    if (connection === undefined) continue;
    connections++;
    const gone = new AbortController();
    const heard = new Response(connection.readable).text().catch(() => {})
      .finally(() => gone.abort());
    const writer = connection.writable.getWriter();
    let text = start;
    try {
      while (!signal.aborted && !gone.signal.aborted) {
        await writer.write(new TextEncoder().encode(text));
        text = "x";
        for (
          let i = 0;
          i < 20 && !signal.aborted && !gone.signal.aborted;
          i++
        ) {
          await pause(50);
        }
      }
    } catch {
      // closed by the server
    }
    try {
      connection.close();
    } catch {
      // closed already, with its streams
    }
    await heard;
  }
  return connections;
}

Deno.test(`${CLIENTS} clients that send a byte a second take nothing from others, nor for good`, async () => {
  await withServer({
    BODY_SECONDS: String(Math.min(30, Math.max(1, SECONDS / 4))),
  }, async (server, port) => {
    await predict(server);
    await pause(3000); // the workers are there
    const before = await descriptorsOf(server);
    const end = new AbortController();
    const clients = Array.from(
      { length: CLIENTS },
      (_, i) => drip(port, i % 2 === 0 ? PROMISE : "P", end.signal),
    );
    const times: number[] = [];
    let most = 0;
    let tries = 0;
    for (
      const until = performance.now() + 1000 * SECONDS;
      performance.now() < until;
    ) {
      const asked = await predict(server);
      times.push(asked.took);
      tries += asked.tries;
      most = Math.max(most, await descriptorsOf(server));
      await pause(50);
    }
    end.abort();
    const connections = (await Promise.all(clients)).reduce((a, b) => a + b);
    let after = Infinity;
    for (let waited = 0; after > before && waited < 40; waited++) {
      await pause(250);
      await predict(server);
      after = await descriptorsOf(server);
    }
    times.sort((a, b) => a - b);
    console.log(
      `${SECONDS} s of ${CLIENTS} clients, ${connections} connections: ${times.length} predictions in ${tries} tries, ` +
        `median ${times[times.length >> 1]!.toFixed(1)} ms, longest ${
          times.at(-1)!.toFixed(0)
        } ms; ` +
        `descriptors ${before} before, ${most} at most, ${after} after`,
    );
    assertLess(times.at(-1)!, 5000);
    assert(after <= before, `${after} descriptors, before ${before}`);
  });
});

Deno.test("silent connections are closed before there are no descriptors left", async () => {
  await withServer({}, async (server, port) => {
    await predict(server);
    const silent: Deno.TcpConn[] = [];
    while (silent.length < DESCRIPTORS) {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port })
        .catch(() => undefined);
      if (connection === undefined) break; // it is being made again
      silent.push(connection);
      // It looks once a second: when few are left, fewer come between two looks than it spares.
      if (silent.length % 50 === 0) {
        await pause(silent.length < 800 ? 100 : 1200);
      }
    }
    await predict(server);
    assertEquals(
      /Connections are closed: .*/.exec(server.said())?.[0],
      "Connections are closed: descriptors run short",
    );
    for (const connection of silent) connection.close();
    await predict(server);
  });
});
