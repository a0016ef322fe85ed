// What `deno task start` says when it cannot start, and how it ends.

import { assert, assertEquals, assertMatch } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { startHelp } from "../../routes/start_help.ts";
import { readSettings } from "../../src/service/settings.ts";
import { modelBytes } from "../service/fixture.ts";
import { startServer, withFolder } from "./server.ts";

const model = modelBytes({ guard: false });
const PROGRAM = ["run", "-A", "routes/start.ts"];

async function outcome(args: readonly string[], env: Record<string, string>) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: new URL("../../", import.meta.url),
    env,
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("the help and the task's permissions name every setting", () => {
  const read = new Set<string>();
  readSettings((name) => {
    read.add(name);
    return undefined;
  });
  const help = startHelp();
  const [, allowed] = /--allow-env=([^\s"]+)/.exec(config.tasks.start.command)!;
  for (const name of read) {
    assert(allowed!.split(",").includes(name), `${name} may not be read`);
    if (!name.startsWith("DENO_DEPLOY")) {
      assertMatch(help, new RegExp(`^  ${name} `, "m"));
    }
  }
});

Deno.test("no task has a flag with a star outside quotes, where Deno 2.5 looks for files", () => {
  for (const [name, { command }] of Object.entries(config.tasks)) {
    assertEquals(/(?<!")--[^\s"]*\*/.exec(command), null, name);
  }
});

Deno.test("deno task start explains itself, and refuses other arguments", async () => {
  const help = await outcome(["task", "--quiet", "start", "--help"], {});
  assertEquals([help.code, help.stdout.trim()], [0, startHelp()]);
  const wrong = await outcome([...PROGRAM, "--port", "1"], {});
  assertEquals(wrong.code, 2);
  assertMatch(
    wrong.stderr,
    /^Cannot understand --port: .*\nSee deno task start --help\.\n$/,
  );
});

Deno.test("a busy port, a foreign host and a wrong setting are said in one line", async () => {
  await withFolder(model, async ({ model, store: file }) => {
    using busy = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const env = { HOST: "127.0.0.1", MODEL: model, STORE: file };
    const port = String((busy.addr as Deno.NetAddr).port);
    const taken = await outcome(PROGRAM, { ...env, PORT: port });
    assertEquals(taken.code, 1);
    assertMatch(
      taken.stderr,
      new RegExp(`^Cannot listen on port ${port} of 127\\.0\\.0\\.1: .*\n$`),
    );
    const elsewhere = { ...env, HOST: "192.0.2.1", PORT: "0" }; // an address for examples
    const foreign = await outcome(PROGRAM, elsewhere);
    assertEquals(foreign.code, 1);
    assertMatch(
      foreign.stderr,
      /^Cannot listen on port 0 of 192\.0\.2\.1: expected HOST .*\n$/,
    );
    const wrong = await outcome(PROGRAM, { ...env, PORT: "0", LOG: "loud" });
    assertEquals([wrong.code, wrong.stderr], [
      1,
      'Cannot read LOG: expected one of line, json, none, got "loud"\n',
    ]);
    const keys = await outcome(PROGRAM, {
      ...env,
      PORT: "0",
      ADMIN_KEY: "a=b,c",
    });
    assertEquals(keys.code, 1);
    assertMatch(keys.stderr, /^Cannot read ADMIN_KEY: .*\n$/);
    const hosts = await outcome(PROGRAM, {
      ...env,
      PORT: "0",
      ALLOWED_HOSTS: "tandem.example, https://tandem.example",
    });
    assertEquals(hosts.code, 1);
    assertMatch(hosts.stderr, /^Cannot read ALLOWED_HOSTS: .*"https:.*\n$/);
    const store = await outcome(PROGRAM, {
      ...env,
      PORT: "0",
      STORE: "postgres://nobody@127.0.0.1:1/nothing",
    });
    assertEquals(store.code, 1);
    assertMatch(store.stderr, /^Cannot use the store: .*: .*127\.0\.0\.1:1\n$/);
  });
});

Deno.test("a request under way is answered after SIGTERM; one that never ends is given up", async () => {
  await withFolder(model, async (files) => {
    for (const ends of [true, false]) {
      const server = await startServer(PROGRAM, {
        HOST: "127.0.0.1",
        PORT: "0",
        MODEL: files.model,
        STORE: files.store,
      });
      const connection = await Deno.connect({
        port: Number(new URL(server.url).port),
      });
      const write = (text: string) =>
        connection.write(new TextEncoder().encode(text));
      await write(
        "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhel",
      );
      // It is under way when the server has answered another.
      await (await fetch(`${server.url}/healthz`)).body?.cancel();
      const start = performance.now();
      server.process.kill("SIGTERM");
      if (ends) {
        await new Promise((resolve) => setTimeout(resolve, 300)); // the signal has come
        await write("lo");
        const [answer] = await Array.fromAsync(
          connection.readable,
          (bytes) => new TextDecoder().decode(bytes),
        );
        assertMatch(answer!, /^HTTP\/1\.1 415 /);
      }
      assertEquals((await server.process.status).code, 0);
      assert(performance.now() - start < 10_000); // 4 s, and room for a busy machine
      if (!ends) connection.close();
    }
  });
});
