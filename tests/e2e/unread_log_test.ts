// A log that nobody reads holds up no request.

import { assert, assertEquals, assertGreater } from "@std/assert";
import { modelBytes } from "../service/fixture.ts";
import { withFolder } from "./server.ts";

const REQUESTS = 6000;
/** Requests under way at once. */
const CLIENTS = 8;
/** As much of a path as a line has room for. */
const PATH = `/${"a".repeat(199)}`;

/** Reads a stream up to where the server listens, and then no more. */
async function addressIn(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<string> {
  const decoder = new TextDecoder();
  for (let text = "";;) {
    const { value, done } = await reader.read();
    assert(!done, `The server does not listen. It said: ${text}`);
    text += decoder.decode(value, { stream: true });
    const url = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(text)?.[0];
    if (url !== undefined) return url;
  }
}

async function restOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<string> {
  const decoder = new TextDecoder();
  for (let text = "";;) {
    const { value, done } = await reader.read();
    if (done) return text;
    text += decoder.decode(value, { stream: true });
  }
}

async function end(process: Deno.ChildProcess): Promise<void> {
  try {
    process.kill("SIGKILL");
  } catch {
    // It has ended already.
  }
  await process.status;
}

async function dropped(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^tandem_log_lines_dropped_total (\d+)$/m.exec(text)![1]);
}

Deno.test("thousands of requests are answered while nobody reads the log, and its end is dropped", async () => {
  await withFolder(modelBytes({ guard: false }), async (files) => {
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "routes/start.ts"],
      cwd: new URL("../../", import.meta.url),
      env: {
        HOST: "127.0.0.1",
        PORT: "0",
        MODEL: files.model,
        STORE: files.store,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = process.stdout.getReader();
    try {
      const url = await addressIn(reader);
      const start = await dropped(url);
      let answered = 0;
      await Promise.all(Array.from({ length: CLIENTS }, async () => {
        for (let i = 0; i < REQUESTS / CLIENTS; i++) {
          const response = await fetch(url + PATH);
          await response.body?.cancel();
          if (response.status === 404) answered++;
        }
      }));
      assertEquals([start, answered], [0, REQUESTS]);
      const lost = await dropped(url);
      assertGreater(lost, 0);
      assert(lost < REQUESTS);
      process.kill("SIGTERM");
      // Those that were not dropped are there for whoever reads at last.
      const lines = (await restOf(reader)).split("\n")
        .filter((line) => line.includes(PATH));
      assertEquals(lines.length, REQUESTS - lost);
    } finally {
      await reader.cancel();
      await end(process);
    }
  });
});
