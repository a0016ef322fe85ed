/**
 * What keeping a version costs in a local file, for heads of 34 classes on 512
 * features with two moments: `deno bench --allow-read --allow-write tests/bench/store_bench.ts`.
 *
 * @module
 */

import { openEngine } from "../../src/store/open.ts";
import { type Draft, ModelStore } from "../../src/store/store.ts";

const folder = await Deno.makeTempDir();
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const engine = await openEngine(`${folder}/store.kv`);
const store = new ModelStore(engine, { sha256: "0".repeat(64), step: 0 });

const random = (length: number) => {
  const bytes = new Uint8Array(4 * length);
  for (let i = 0; i < bytes.length; i += 65536) {
    crypto.getRandomValues(bytes.subarray(i, i + 65536));
  }
  return new Float32Array(bytes.buffer);
};

/** Heads that no version has had before. */
function draft(): Draft {
  const tensors = [["domain", 3], ["item", 31]].flatMap(([head, classes]) =>
    ["", ".exp_avg", ".exp_avg_sq"].flatMap((slot) => [
      {
        name: `head.${head}.weight${slot}`,
        shape: [classes as number, 512],
        values: random(512 * (classes as number)),
      },
      {
        name: `head.${head}.bias${slot}`,
        shape: [classes as number],
        values: random(classes as number),
      },
    ])
  );
  return { change: "finetune", step: 1, steps: {}, tensors };
}

Deno.bench("commit heads and moments", { group: "store" }, async (b) => {
  const head = await store.head();
  const next = draft();
  b.start();
  if (!await store.commit(head, await store.prepare(head, next))) {
    throw new Error("Lost the race");
  }
  b.end();
});

Deno.bench("load heads and moments", { group: "store" }, async (b) => {
  const { manifest } = await store.head();
  b.start();
  await store.load(manifest);
  b.end();
});

Deno.bench(
  "look whether the head is the known one",
  { group: "store" },
  async (b) => {
    const { manifest } = await store.head();
    b.start();
    await store.head(manifest);
    b.end();
  },
);
