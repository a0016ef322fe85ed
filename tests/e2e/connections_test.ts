// Connections that cost nothing to open: others are served beside them.

import { assertEquals, assertMatch } from "@std/assert";
import { IMAGES } from "../routes/fixture.ts";
import { modelBytes } from "../service/fixture.ts";
import { type Server, startServer, withFolder } from "./server.ts";

const model = modelBytes({ guard: false });

async function withServer(
  env: Record<string, string>,
  body: (server: Server, port: number) => Promise<void>,
): Promise<void> {
  await withFolder(model, async ({ model, store }) => {
    const server = await startServer(["task", "--quiet", "start"], {
      HOST: "127.0.0.1",
      PORT: "0",
      MODEL: model,
      STORE: store,
      ...env,
    });
    try {
      await body(server, Number(new URL(server.url).port));
    } finally {
      await server.stop();
    }
  });
}

const predict = async ({ url }: Server) => {
  const response = await fetch(`${url}/predict`, {
    method: "POST",
    body: IMAGES.jpeg,
  });
  await response.body?.cancel();
  return response.status;
};

/** Opens connections that say `text` and then nothing. */
async function open(
  port: number,
  count: number,
  text: string,
): Promise<Deno.TcpConn[]> {
  const connections: Deno.TcpConn[] = [];
  for (let i = 0; i < count; i++) {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(new TextEncoder().encode(text));
    connections.push(connection);
  }
  return connections;
}

/** What a connection is told until it is closed. */
async function hear(connection: Deno.TcpConn): Promise<string> {
  try {
    return await new Response(connection.readable).text();
  } catch {
    return "";
  }
}

const POST = "POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\n";

Deno.test("promised bodies that do not come leave room for others, and are closed", async () => {
  await withServer({ BODY_SECONDS: "1" }, async (server, port) => {
    const stalled = await open(
      port,
      30,
      `${POST}Content-Type: image/jpeg\r\nContent-Length: 10485760\r\n\r\n`,
    );
    assertEquals(await predict(server), 200);
    for (const connection of stalled) {
      assertMatch(await hear(connection), /^HTTP\/1.1 408 /);
    }
    // For some milliseconds the listener is made again.
    let status = 0;
    while (status !== 200) status = await predict(server).catch(() => 0);
  });
});

Deno.test("a client that goes away in the middle of its body is not logged as a failure", async () => {
  await withServer({}, async (server, port) => {
    const gone = await open(
      port,
      5,
      `${POST}Content-Length: 100000\r\n\r\nabc`,
    );
    for (const connection of gone) connection.close();
    assertEquals(await predict(server), 200);
    assertEquals(server.said().includes("failed:"), false, server.said());
  });
});
