// Stores that fail under a server process.

import { assertEquals, assertMatch } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { pause } from "../../src/waiting.ts";
import { IMAGES } from "../routes/fixture.ts";
import { modelBytes } from "../service/fixture.ts";
import { type Server, startServer, withFolder } from "./server.ts";

const model = modelBytes({ guard: false });
const KEY = "train";

const predict = ({ url }: Server) =>
  fetch(`${url}/predict`, { method: "POST", body: IMAGES.jpeg });

const teach = ({ url }: Server) => {
  const form = new FormData();
  form.append("image", new Blob([IMAGES.jpeg]));
  form.append("thing", "pen");
  form.append("mode", "steps");
  return fetch(`${url}/finetune`, {
    method: "POST",
    body: form,
    headers: { Authorization: `Bearer ${KEY}` },
  });
};

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function assertUnavailable(
  response: Response,
  detail: RegExp,
): Promise<void> {
  assertEquals(response.status, 503);
  assertEquals(response.headers.get("Retry-After"), "1");
  assertMatch((await response.json()).detail, detail);
}

Deno.test("with no database assigned, predictions are served and learning says what is missing", async () => {
  await withFolder(model, async (files) => {
    const args = ["serve", "-A", "--host", "127.0.0.1", "--port", "0"];
    const server = await startServer([...args, "mod.ts"], {
      MODEL: files.model,
      STORE: "",
      DENO_DEPLOYMENT_ID: "x",
      DENO_KV_REQUIRES_DISTRIBUTED_DATABASE: "error",
      FINETUNE_KEY: KEY,
    });
    const { model: { version } } = await (await predict(server)).json();
    assertEquals(version, 0);
    await assertUnavailable(await teach(server), /attach a KV database/);
    await server.stop();
  });
});

Deno.test("a database that another process holds is a 503, until it lets go", async () => {
  await withFolder(model, async (files) => {
    const server = await startServer(["task", "--quiet", "start"], {
      HOST: "127.0.0.1",
      PORT: "0",
      MODEL: files.model,
      STORE: files.store,
      FINETUNE_KEY: KEY,
      ADMIN_KEY: "admin",
    });
    assertEquals((await predict(server)).status, 200);
    while (!await exists(files.store)) await pause(20); // it is made after the start
    const ready = await fetch(`${server.url}/readyz`); // when it is open
    assertEquals(await ready.json(), { status: "ready" });
    const other = new DatabaseSync(files.store);
    other.exec("BEGIN EXCLUSIVE");
    await assertUnavailable(
      await teach(server),
      /another process holds the database/,
    );
    assertEquals((await predict(server)).status, 200);
    other.exec("COMMIT");
    other.close();
    const taught = await teach(server);
    assertEquals([taught.status, (await taught.json()).version.after], [
      200,
      1,
    ]);
    await server.stop();
  });
});
