// A weights file that can be served and not learned from: its second moments are negative.

import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  extentOf,
  parseHeader,
} from "../../src/checkpoint/safetensors_reader.ts";
import { readWeights } from "../../src/service/weights.ts";
import { FINETUNE_KEY, IMAGES, postForm, withApp } from "../routes/fixture.ts";
import { modelBytes } from "../service/fixture.ts";
import { startServer, withFolder } from "./server.ts";

/** The small model's file with a negative second moment. */
function unsound(): Uint8Array<ArrayBuffer> {
  const bytes = modelBytes({ guard: false });
  const header = parseHeader(bytes, bytes.length);
  const [begin] = extentOf(header, "optim.head.thing.weight.exp_avg_sq");
  new DataView(bytes.buffer).setFloat32(begin, -1, true);
  return bytes;
}

const WHY =
  /Cannot learn from the weights file: .*exp_avg_sq: expected numbers ≥ 0, got -1/;

Deno.test("it predicts, learns nothing, and is not ready", async () => {
  const weights = await readWeights(unsound());
  await withApp({ serviceOptions: { weights } }, async (app) => {
    const predict = () =>
      app.request("/predict", { method: "POST", body: IMAGES.png });
    assertEquals((await predict()).status, 200);
    const image = ["image", IMAGES.png] as const;
    const answers = [
      await postForm(app, "/finetune", [image, ["thing", "pen"]]),
      await postForm(app, "/finetune", [image, ["thing", "pen"], [
        "mode",
        "steps",
      ]]),
      await postForm(app, "/labels", [
        image,
        ["head", "thing"],
        ["label", "cup"],
      ]),
      await app.request("/readyz"),
      await app.request("/v2/health/ready"),
    ];
    for (const answer of answers) {
      assertEquals(answer.status, 503);
      assertMatch((await answer.json()).detail, WHY);
    }
    assertEquals((await (await predict()).json()).model.version, 0);
  });
});

Deno.test("`task start` ends with it", async () => {
  await withFolder(unsound(), async (files) => {
    const server = await startServer(["task", "--quiet", "start"], {
      HOST: "127.0.0.1",
      PORT: "0",
      MODEL: files.model,
      STORE: files.store,
    });
    const { code } = await server.ended();
    assertEquals(code, 1);
    assertMatch(server.said(), WHY);
  });
});

Deno.test("a server that others start says so at once, and goes on predicting", async () => {
  await withFolder(unsound(), async (files) => {
    const args = ["serve", "-A", "--host", "127.0.0.1", "--port", "0"];
    const server = await startServer([...args, "mod.ts"], {
      MODEL: files.model,
      STORE: files.store,
      FINETUNE_KEY,
    });
    for (let waited = 0; !WHY.test(server.said()); waited += 50) {
      assert(waited < 20_000, server.said());
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const answer = await fetch(`${server.url}/predict`, {
      method: "POST",
      body: IMAGES.png,
    });
    assertEquals((await answer.json()).model.version, 0);
    await server.stop();
  });
});
