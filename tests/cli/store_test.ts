// predict and evaluate ask what was learned: of a store, and of a running server.

import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { parse } from "csv-parse/sync";
import { startServer, withFolder } from "../e2e/server.ts";
import { IMAGES } from "../routes/fixture.ts";
import { modelBytes } from "../service/fixture.ts";
import { command, type Result } from "./task.ts";

const model = modelBytes({ guard: false });
const KEYS = { FINETUNE_KEY: "train", ADMIN_KEY: "admin", PREDICT_KEY: "look" };

async function run(
  args: string[],
  env: Record<string, string> = {},
): Promise<Result> {
  const { code, stdout, stderr } = await command(args, env).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

Deno.test("predict and evaluate see what a server learned, in its store and over HTTP", async () => {
  await withFolder(model, async ({ model, store }) => {
    const folder = await Deno.makeTempDir();
    await Deno.mkdir(`${folder}/street/pen`, { recursive: true });
    await Deno.writeFile(`${folder}/street/pen/a.jpg`, IMAGES.jpeg);
    await Deno.writeFile(`${folder}/street/pen/b, "c".png`, IMAGES.png);
    await Deno.writeFile(`${folder}/street/pen/d.jfif`, IMAGES.jpeg);
    await Deno.writeTextFile(`${folder}/street/pen/notes.txt`, "no image");
    const labels = `${folder}/labels.csv`;
    await Deno.writeTextFile(
      labels,
      "file,place,thing\nstreet/pen/a.jpg,street,pen\n",
    );
    const server = await startServer(["run", "-A", "routes/start.ts"], {
      HOST: "127.0.0.1",
      PORT: "0",
      MODEL: model,
      STORE: store,
      ...KEYS,
    });
    const ask = async (...args: string[]) => {
      const { code, stdout, stderr } = await run([
        "predict",
        folder,
        "--weights",
        model,
        "--json",
        ...args,
      ], KEYS);
      assertEquals(code, 0, stderr);
      return JSON.parse(stdout).predictions;
    };
    try {
      const untaught = await ask();
      assertEquals(untaught.map(({ image }: { image: string }) => image), [
        `${folder}/street/pen/a.jpg`,
        `${folder}/street/pen/b, "c".png`,
        `${folder}/street/pen/d.jfif`,
      ]);
      const form = new FormData();
      form.append("image", new Blob([IMAGES.jpeg]));
      form.append("thing", "pen");
      form.append("mode", "steps");
      form.append("learningRate", "0.01");
      const taught = await fetch(`${server.url}/finetune`, {
        method: "POST",
        body: form,
        headers: { Authorization: "Bearer train" },
      });
      assertEquals((await taught.json()).accepted, true);
      const served = await ask("--store", server.url);
      assertNotEquals(served, untaught);
      assertEquals(await ask("--store", store), served);

      const table = await run([
        "predict",
        folder,
        "--weights",
        model,
        "--csv",
        "--store",
        store,
      ]);
      const rows = parse(table.stdout, { columns: true }) as Record<
        string,
        string
      >[];
      assertEquals(Object.keys(rows[0]!), [
        "image",
        "place",
        "place probability",
        "thing",
        "thing probability",
        "known",
      ]);
      assertEquals(
        rows.map((
          { image, thing, ["thing probability"]: p },
        ) => [image, thing, Number(p)]),
        served.map((
          { image, thing }: {
            image: string;
            thing: { label: string; probability: number };
          },
        ) => [image, thing.label, thing.probability]),
      );

      const score = async (...args: string[]) => {
        const { code, stdout, stderr } = await run([
          "evaluate",
          "--labels",
          labels,
          "--weights",
          model,
          "--json",
          ...args,
        ], KEYS);
        assertEquals(code, 0, stderr);
        return JSON.parse(stdout);
      };
      const [before, after] = [await score(), await score("--store", store)];
      assertNotEquals(after.thing.loss, before.thing.loss);
      assertEquals(await score("--store", server.url), after);

      const closed = await run(["predict", folder, "--store", server.url]);
      assertEquals(closed.code, 3);
      assertMatch(
        closed.stderr,
        /The server answers 401: .*expected Authorization.*; set PREDICT_KEY/,
      );
      const other = ["evaluate", "--labels", labels, "--weights", model];
      const refused = await run([...other, "--store", server.url]);
      assertEquals(refused.code, 3);
      assertMatch(refused.stderr, /it answers 401: .*; set ADMIN_KEY/);
      await server.stop();
      for (const command of [["predict", folder], other]) {
        const gone = await run([...command, "--store", server.url]);
        assertEquals(gone.code, 3);
        assertMatch(gone.stderr, /Cannot reach http:.*: expected a running/);
      }
    } finally {
      await server.stop().catch(() => {});
      await Deno.remove(folder, { recursive: true });
    }
  });
});

Deno.test("a folder without images, and two ways to print, are refused", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const empty = await run(["predict", folder]);
    assertEquals(empty.code, 3);
    assertMatch(empty.stderr, /expected a folder with images/);
    const both = await run(["predict", folder, "--json", "--csv"]);
    assertEquals(both.code, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("without a weights file no command opens a store, and each names the file", async () => {
  for (const name of ["predict", "evaluate", "finetune"]) {
    const args = name === "predict" ? ["a.jpg"] : ["--data", "photos"];
    const missing = ["--weights", "none.safetensors", "--store", "memory"];
    const { code, stderr } = await run([name, ...args, ...missing]);
    assertEquals([code, stderr.trim().split("\n").at(-1)], [
      3,
      "Cannot read the weights: expected a file at none.safetensors, found none",
    ], name);
  }
});
