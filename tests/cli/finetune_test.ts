// Correcting a model by the command line, in a file and in a store.

import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { openSafetensors } from "../../src/checkpoint/file.ts";
import { loadState } from "../../src/cli/weights.ts";
import { withFolder } from "../data/images.ts";
import { command, folderOf, SMALL, task } from "./task.ts";

const FILES = {
  ...folderOf(["indoors", "outdoors"], ["mug", "pen"], 16),
  "labels.csv": new TextEncoder().encode(
    "file,item\nindoors/mug/0.png,mug\noutdoors/pen/1.png,pen\nindoors/pen/2.png,\n",
  ),
};

/** Rows of the memory that a file holds. */
async function rememberedIn(file: string): Promise<number> {
  using source = await openSafetensors(file);
  return source.header.tensors.get("memory.rows")?.shape[0] ?? 0;
}

Deno.test("finetune corrects a file, which remembers it, or what a store serves", () =>
  withFolder(FILES, async (folder) => {
    const weights = `${folder}/model.safetensors`;
    const trained = await task(
      ...["train", "--data", `${folder}/data`, "--out", weights],
      ...["--epochs", "12", "--split", "34/66/0", ...SMALL],
    );
    assertEquals(trained.code, 0, trained.stderr);
    const finetune = async (...args: string[]) => {
      const { code, stdout, stderr } = await task(
        ...["finetune", "--data", `${folder}/data`, "--workers", "1"],
        ...["--trusted", "--json", ...args],
      );
      assertEquals(code, 0, stderr);
      return JSON.parse(stdout);
    };
    const table = ["--labels", `${folder}/labels.csv`];

    const dry = await finetune("--weights", weights, ...table, "--dry-run");
    assertEquals([dry.images, dry.used, dry.version.after], [2, 2, 0]);
    assertEquals(dry.weights, undefined);

    const once = `${folder}/once.safetensors`;
    const first = await finetune("--weights", weights, ...table, "--out", once);
    assertEquals([first.images, first.used, first.requests], [2, 2, 1]);
    assertEquals(first.version, { before: 0, after: 1 });
    assertEquals([first.heads.item.labels, first.heads.item.after], [2, 2]);
    assertEquals(first.heads.domain, undefined, "an image of no label is none");
    assertMatch(first.sha256, /^[0-9a-f]{64}$/);
    assertEquals(await rememberedIn(once), 2);
    const [before, after] = [await loadState(weights), await loadState(once)];
    for (const name of ["head.item.weight", "trunk.0.weight"]) {
      const pair = [after, before].map(({ parameters }) =>
        parameters.get(name)
      );
      if (name.startsWith("head.")) assertNotEquals(pair[0], pair[1]);
      else assertEquals(pair[0], pair[1]);
    }

    const again = await finetune(
      ...["--weights", weights, ...table, "--out", `${folder}/b.safetensors`],
    );
    assertEquals(again.sha256, first.sha256, "the same images, the same bytes");

    const twice = `${folder}/twice.safetensors`;
    const rest = await finetune("--weights", once, "--out", twice);
    assertEquals(rest.images, 64);
    assert(await rememberedIn(twice) > 2, "it goes on from what it remembers");

    const part = `${folder}/part.safetensors`;
    const interrupted = command([
      ...["finetune", "--data", `${folder}/data`, "--workers", "1"],
      ...["--trusted", "--weights", weights, "--out", part],
    ]).spawn();
    const learned = new Response(interrupted.stdout).text();
    let stderr = "";
    for await (
      const text of interrupted.stderr.pipeThrough(new TextDecoderStream())
    ) {
      // After the first request of two.
      if (!stderr.includes("Correcting") && text.includes("Correcting")) {
        interrupted.kill("SIGTERM");
      }
      stderr += text;
    }
    assertEquals((await interrupted.status).code, 130, stderr);
    assertStringIncludes(
      stderr,
      "Interrupted: the other images were not used.",
    );
    assertMatch(
      await learned,
      /^Learned from .*\n.*part\.safetensors \(sha-256/s,
    );
    assert(await rememberedIn(part) > 0, "what was learned is kept");

    const store = `${folder}/store.kv`;
    const args = ["--weights", weights, ...table, "--store", store];
    assertEquals((await finetune(...args)).version, { before: 0, after: 1 });
    assertEquals((await finetune(...args)).version, { before: 1, after: 2 });

    const told = await task(
      ...["finetune", "--data", `${folder}/data`, "--weights", weights],
      ...[...table, "--trusted", "--out", `${folder}/c.safetensors`],
    );
    assertStringIncludes(
      told.stdout,
      "Learned from 2 of 2 images; accepted 1 request of 1.",
    );
    assertStringIncludes(told.stdout, "of 2 before their request, 2 after it");

    const asked = await task(
      ...["finetune", "--data", `${folder}/data`, "--weights", weights],
      ...[...table, "--trusted", "--dry-run"],
    );
    assertStringIncludes(
      asked.stdout,
      "Would learn from 2 of 2 images; would accept 1 request of 1.",
    );
  }));

Deno.test("finetune says what it wants before it begins", async () => {
  const refuse = async (args: string[], message: string) => {
    const { code, stderr } = await task("finetune", ...args);
    assertEquals(code, 2, stderr);
    assertStringIncludes(stderr, message);
  };
  await refuse([], "expected --data DIR or --labels FILE");
  await refuse(
    ["--data", "x"],
    "expected --out FILE or --store STORE, got none",
  );
  await refuse(
    ["--data", "x", "--out", "a", "--store", "memory"],
    "expected --out FILE or --store STORE, got both",
  );
});
