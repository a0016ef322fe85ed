// A full disk under the store: a small file system of the test's own. To mount one
// takes root: without, the test is ignored.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { IMAGES } from "../routes/fixture.ts";
import { finetune, model, start } from "./chain.ts";
import { type Server, withFolder } from "./server.ts";

async function bash(script: string): Promise<boolean> {
  const { success } = await new Deno.Command("bash", {
    args: ["-c", script],
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}

/** Whether file systems can be mounted here. */
async function canMount(): Promise<boolean> {
  const folder = await Deno.makeTempDir();
  const can = await bash(
    `mount -t tmpfs -o size=1m tmpfs "${folder}" && umount "${folder}"`,
  );
  await Deno.remove(folder);
  if (!can) console.log("No file system can be mounted: no disk is filled.");
  return can;
}

async function assertServes(server: Server): Promise<void> {
  const answer = await fetch(`${server.url}/predict`, {
    method: "POST",
    body: IMAGES.jpeg,
  });
  assertEquals(answer.status, 200, await answer.text());
}

Deno.test({
  name:
    "while the store's disk is full, changes are a 503 and predictions go on",
  ignore: !(await canMount()),
  fn: () =>
    withFolder(model, async (files) => {
      const disk = `${files.store}.d`;
      await Deno.mkdir(disk);
      assert(await bash(`mount -t tmpfs -o size=4m tmpfs "${disk}"`));
      try {
        const server = await start(files.model, `${disk}/store.kv`);
        assertEquals((await teach(server, 0)).after, 1);
        await bash(`head -c 100M /dev/zero > "${disk}/filler"`);
        const refused = await finetune(server, 1);
        const { detail } = await refused.json();
        assertEquals(refused.status, 503, detail);
        assertEquals(refused.headers.get("Retry-After"), "1");
        assertMatch(detail, /^Cannot use the store: /);
        await assertServes(server);
        await Deno.remove(`${disk}/filler`);
        assertEquals((await teach(server, 2)).after, 2);
        await server.stop();
      } finally {
        await bash(`umount -l "${disk}"`);
      }
    }),
});

async function teach(
  server: Server,
  n: number,
): Promise<{ after: number }> {
  const answer = await finetune(server, n);
  const body = await answer.json();
  assertEquals(answer.status, 200, body.detail);
  return body.version;
}
