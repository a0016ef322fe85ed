import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { decodeImage } from "../../src/image/decode.ts";
import { encodePng, encodeWebp } from "../image/fixtures.ts";
import { IMAGES } from "../routes/fixture.ts";
import { modelBytes } from "../service/fixture.ts";
import { shared } from "../shared.ts";
import { type Server, startServer, withFolder } from "./server.ts";

const model = modelBytes({ guard: false });
const start = ["task", "--quiet", "start"];
const env = (files: { model: string; store: string }) => ({
  HOST: "127.0.0.1",
  PORT: "0",
  MODEL: files.model,
  STORE: files.store,
});

const predict = async ({ url }: Server, image: Uint8Array<ArrayBuffer>) => {
  const response = await fetch(`${url}/predict`, {
    method: "POST",
    body: image,
  });
  assertEquals(response.status, 200);
  return await response.json();
};

Deno.test("deno task start predicts, learns with the key it made, and remembers after a restart", async () => {
  await withFolder(model, async (files) => {
    const first = await startServer(start, env(files));
    const pen = async (server: Server) =>
      (await predict(server, IMAGES.jpeg)).predictions[0].thing.top
        .find(({ label }: { label: string }) => label === "pen").probability;
    for (const image of Object.values(IMAGES)) await predict(first, image);
    const before = await pen(first);
    const [, key] = /Key for \/finetune, for this run only: (\S+)/.exec(
      first.said(),
    )!;
    const form = new FormData();
    form.append("image", new Blob([IMAGES.jpeg]));
    form.append("thing", "pen");
    form.append("learningRate", "0.01");
    form.append("mode", "steps");
    const taught = await fetch(`${first.url}/finetune`, {
      method: "POST",
      body: form,
      headers: { Authorization: `Bearer ${key}` },
    });
    assertEquals([taught.status, (await taught.json()).accepted], [200, true]);
    const [, admin] = /Key for the admin routes.*: (\S+)/.exec(first.said())!;
    const statuses = await Promise.all([key, admin].map(async (key) => {
      const exported = await fetch(`${first.url}/export`, {
        headers: { Authorization: `Bearer ${key}` },
      });
      await exported.body?.cancel();
      return exported.status;
    }));
    assertEquals(statuses, [403, 200]); // each key opens what it says
    const after = await pen(first);
    assertGreater(after, before);
    assertEquals((await first.stop("SIGTERM")).code, 0);

    const second = await startServer(start, env(files));
    assertEquals(await pen(second), after);
    const health = await (await fetch(`${second.url}/healthz`)).json();
    assertEquals(health, { status: "ok", version: 1, step: 53 });
    assertEquals(
      /for this run only: (\S+)/.exec(second.said())![1] === key,
      false,
    );
    assertEquals((await second.stop("SIGINT")).code, 0);
  });
});

Deno.test("with both keys set, none is made up", async () => {
  await withFolder(model, async (files) => {
    const keys = { FINETUNE_KEY: "a", ADMIN_KEY: "b" };
    const server = await startServer(start, { ...env(files), ...keys });
    assert(!server.said().includes("for this run only"));
    assertEquals((await server.stop()).code, 0);
  });
});

Deno.test("a model that is not there is said at start", async () => {
  await withFolder(model, async (files) => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: start,
      cwd: new URL("../../", import.meta.url),
      env: { ...env(files), MODEL: `${files.model}.missing` },
    }).output();
    assertEquals(code, 1);
    assertMatch(
      new TextDecoder().decode(stderr),
      /expected a weights file at .*missing, found none/,
    );
  });
});

Deno.test({
  name:
    "deno serve mod.ts knows a real photograph in every format, and keeps training closed",
  ignore: shared("office31") === undefined,
  fn: () =>
    withFolder(model, async ({ store }) => {
      const serve = [
        "serve",
        "-A",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "mod.ts",
      ];
      const server = await startServer(serve, { STORE: store, MODEL: "" });
      const photo = await Deno.readFile(
        shared("office31/webcam/mug/frame_0001.jpg")!,
      );
      const { pixels: { width, height, data } } = await decodeImage(photo);
      const image = { width, height, data: new Uint8ClampedArray(data) };
      const png = new Uint8Array(encodePng(image));
      const webp = new Uint8Array(await encodeWebp(image));
      for (const image of [photo, png, webp]) {
        const { predictions: [{ domain, item }] } = await predict(
          server,
          image,
        );
        assertEquals([domain.label, item.label], ["webcam", "mug"]);
      }
      const closed = await fetch(`${server.url}/finetune`, {
        method: "POST",
        body: "",
      });
      assertEquals(closed.status, 403);
      await closed.body?.cancel();
      await server.stop();
    }),
});
