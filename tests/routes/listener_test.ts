import { assertEquals, assertMatch } from "@std/assert";
import { Listener } from "../../routes/listener.ts";
import { withApp } from "./fixture.ts";

/** Runs a test on a listener whose requests are answered with "here". */
async function withListener(
  options: { runShort?: () => boolean },
  body: (port: number, said: readonly string[]) => Promise<void>,
  handler: (request: Request) => Response | Promise<Response> = () =>
    new Response("here"),
): Promise<void> {
  const listening = Promise.withResolvers<number>();
  const said: string[] = [];
  const listener = new Listener({
    hostname: "127.0.0.1",
    port: 0,
    onListen: ({ port }) => listening.resolve(port),
    report: (line) => said.push(line),
    interval: 5,
    runShort: () => false,
    ...options,
  }, handler);
  try {
    await body(await listening.promise, said);
  } finally {
    await listener.shutdown();
  }
}

/** Asks until the listener answers: while it is made again it refuses. */
async function ask(port: number): Promise<string> {
  for (;;) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}`, {
        headers: { Connection: "close" },
      });
      return await response.text();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

Deno.test("silent connections are closed when descriptors run short, and requests are answered", async () => {
  let short = false;
  const runShort = () => short;
  await withListener({ runShort }, async (port, said) => {
    const silent = await Promise.all(
      ["", "GET / HTTP/1.1\r\nHos"].map(async (text) => {
        const connection = await Deno.connect({ hostname: "127.0.0.1", port });
        await connection.write(new TextEncoder().encode(text));
        return connection;
      }),
    );
    assertEquals(await ask(port), "here");
    short = true;
    for (const connection of silent) {
      assertEquals(await connection.read(new Uint8Array(1)), null);
      connection.close();
    }
    short = false;
    assertEquals(await ask(port), "here");
    assertMatch(said[0]!, /descriptors run short/);
  });
});

Deno.test("connections whose body did not come are closed when nothing else is under way", async () => {
  const late = () => new Response("late", { status: 408 });
  await withListener({}, async (port, said) => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n";
    await connection.write(new TextEncoder().encode(head));
    assertMatch(await new Response(connection.readable).text(), /late$/);
    // Deno 2.5 closes such a connection by itself.
    const closed = Deno.version.deno.startsWith("2.5.");
    assertMatch(said.join(), closed ? /^$/ : /before they had sent all/);
  }, late);
});

Deno.test("requests that are refused when their bodies have come close no connections", () =>
  withApp(
    { limits: { bodyBytes: 1_000_000 } },
    (app) =>
      withListener({}, async (port, said) => {
        for (let i = 0; i < 20; i++) {
          const response = await fetch(`http://127.0.0.1:${port}/predict`, {
            method: "POST",
            body: new Uint8Array(i % 2 === 0 ? 100_000 : 300_000),
          });
          assertEquals(response.status, 415);
          await response.body?.cancel();
        }
        await new Promise((resolve) => setTimeout(resolve, 300)); // sixty looks
        assertEquals(said, []);
      }, (request) => app.fetch(request)),
  ));

Deno.test("a listener that ends is made again where it was", async () => {
  const { serve } = Deno;
  const end: ((error: Error) => void)[] = [];
  const ending = (...args: Parameters<typeof serve>) => {
    const server = serve(...args) as Deno.HttpServer<Deno.NetAddr>;
    const { promise, reject } = Promise.withResolvers<void>();
    end.push(reject);
    return {
      addr: server.addr,
      finished: Promise.race([server.finished, promise]),
      shutdown: () => server.shutdown(),
    };
  };
  Object.defineProperty(Deno, "serve", { value: ending, configurable: true });
  try {
    await withListener({}, async (port, said) => {
      assertEquals(await ask(port), "here");
      end[0]!(new Error("Too many open files"));
      assertEquals(await ask(port), "here");
      while (end.length < 2) await new Promise((done) => setTimeout(done, 5));
      assertEquals(await ask(port), "here");
      assertMatch(said.join(), /Too many open files/);
      assertEquals(said.length, 1);
    });
  } finally {
    Object.defineProperty(Deno, "serve", { value: serve, configurable: true });
  }
});
