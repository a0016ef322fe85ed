import { assert, assertEquals, assertRejects } from "@std/assert";
import { StoreError } from "../../src/errors.ts";
import { collect } from "../../src/store/collect.ts";
import type { Engine } from "../../src/store/engine.ts";
import { encode } from "../../src/store/manifest.ts";
import { ModelStore } from "../../src/store/store.ts";
import { testEngines } from "./engines.ts";
import { faulty } from "./faulty.ts";

const BASE = { sha256: "b".repeat(64), step: 0 };

async function grow(
  store: ModelStore,
  step: number,
  length = 4,
): Promise<void> {
  const head = await store.head();
  const prepared = await store.prepare(head, {
    change: "finetune",
    step,
    steps: {},
    tensors: [
      {
        name: "moving",
        shape: [length],
        values: new Float32Array(length).fill(step),
      },
      { name: "still", shape: [1], values: Float32Array.of(7) },
    ],
  });
  assert(await store.commit(head, prepared));
}

async function growTo(engine: Engine, steps: number): Promise<ModelStore> {
  const store = new ModelStore(engine, BASE);
  for (let step = 1; step <= steps; step++) await grow(store, step);
  return store;
}

const blobCount = async ({ engine, root }: ModelStore) =>
  (await engine.list([...root, "blobs"])).length;
const versions = async (store: ModelStore) =>
  (await store.manifests()).map(({ version }) => version);

testEngines(
  "keeps the newest versions, the tagged ones, and their blobs",
  async (engine) => {
    const store = await growTo(engine, 6);
    assertEquals(await blobCount(store), 7);
    const tag = {
      key: [...store.root, "tags", "good"],
      value: encode({ version: 2 }),
    };
    await engine.write({ sets: [tag] });
    assertEquals(await collect(store, 2), [4, 3, 1]);
    assertEquals(await versions(store), [6, 5, 2]);
    assertEquals(await blobCount(store), 4);
    for (const manifest of await store.manifests()) await store.load(manifest);
    assertEquals(await collect(store, 2), []);
  },
);

testEngines("never removes the head", async (engine) => {
  const store = await growTo(engine, 2);
  assertEquals(await collect(store, 0), [1]);
  await store.load((await store.head()).manifest);
});

testEngines(
  "stops when a commit comes between its decision and its write",
  async (engine) => {
    const store = await growTo(engine, 3);
    const racing = new ModelStore({
      ...engine,
      write: async (write) => {
        await grow(store, 1); // the same blob as version 1's, about to be removed
        return await engine.write(write);
      },
    }, BASE);
    assertEquals(await collect(racing, 1), undefined);
    await store.load((await store.head()).manifest);
    assertEquals(await versions(store), [4, 3, 2, 1]);
  },
);

testEngines(
  "leaves staged blobs alone until they are abandoned",
  async (engine) => {
    const store = await growTo(engine, 1);
    const head = await store.head();
    const prepared = await store.prepare(head, {
      change: "import",
      step: 2,
      steps: {},
      tensors: [{
        name: "large",
        shape: [200_000],
        values: new Float32Array(200_000).fill(2),
      }],
    });
    // The commit fails at its last call, after everything is staged.
    const broken = new ModelStore(
      faulty(engine, { call: 3, after: false }),
      BASE,
    );
    await assertRejects(
      () => broken.commit(head, prepared),
      Error,
      "went away",
    );
    assertEquals(await blobCount(store), 2 + 14);
    assertEquals(await collect(store, 1), []);
    assertEquals(await blobCount(store), 2 + 14);
  },
);

testEngines("takes up a sweep that a fault cut short", async (engine) => {
  const store = new ModelStore(engine, BASE);
  for (let step = 1; step <= 3; step++) await grow(store, step, 200_000);
  for (let call = 0;; call++) {
    const broken = faulty(engine, { call, after: true });
    try {
      await collect(new ModelStore(broken, BASE), 1);
    } catch (error) {
      assert(!(error instanceof StoreError));
    }
    await store.load((await store.head()).manifest);
    if (broken.calls <= call) break;
  }
  assertEquals(await versions(store), [3]);
  assertEquals(await blobCount(store), 14 + 1);
  assertEquals(await engine.list([...store.root, "staging"]), []);
});
