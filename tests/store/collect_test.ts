import { assert, assertEquals, assertRejects } from "@std/assert";
import { StoreError } from "../../src/errors.ts";
import { collect } from "../../src/store/collect.ts";
import type { Check, Engine } from "../../src/store/engine.ts";
import { encode } from "../../src/store/manifest.ts";
import { ModelStore } from "../../src/store/store.ts";
import { setTag } from "../../src/store/tags.ts";
import { testEngines } from "./engines.ts";
import { faulty } from "./faulty.ts";

const BASE = { sha256: "b".repeat(64), step: 0 };
/** Too much for one write, packed or not. */
const LARGE = {
  name: "large",
  shape: [200_000],
  values: Float32Array.from({ length: 200_000 }, (_, i) => Math.sin(i)),
};

const IMPORT = {
  change: "import",
  step: 2,
  steps: {},
  tensors: [LARGE],
} as const;

async function grow(
  store: ModelStore,
  step: number,
  length = 4,
): Promise<void> {
  const head = await store.head();
  const { status } = await store.commit(head, {
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
  assertEquals(status, "committed");
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
  "keeps a blob that a commit writes again between its decision and its write",
  async (engine) => {
    const store = await growTo(engine, 3);
    let races = 3;
    const racing = new ModelStore({
      ...engine,
      write: async (write) => {
        // The same blob as version 1's, about to be removed.
        if (races-- > 0) await grow(store, 1);
        return await engine.write(write);
      },
    }, BASE);
    assertEquals(await collect(racing, 1), [2, 1]);
    assertEquals(await versions(store), [6, 5, 4, 3]);
    for (const manifest of await store.manifests()) await store.load(manifest);
  },
);

testEngines(
  "gives up on a head that never rests, and goes on the next time",
  async (engine) => {
    const store = await growTo(engine, 3);
    const restless = new ModelStore({
      ...engine,
      write: async (write) => {
        await grow(store, 9);
        return await engine.write(write);
      },
    }, BASE);
    assertEquals(await collect(restless, 1), undefined);
    await store.load((await store.head()).manifest);
    assert(await collect(store, 1) !== undefined);
    assertEquals(await engine.list([...store.root, "staging"]), []);
    assertEquals(await blobCount(store), 2);
  },
);

testEngines(
  "a rollback and a collection do not undo each other",
  async (engine) => {
    const store = await growTo(engine, 3);
    const head = await store.head();
    const target = (await store.manifest(1))!;
    const { step, steps, tensors } = target;
    const draft = {
      change: "rollback",
      restored: 1,
      step,
      steps,
      tensors,
    } as const;
    const rollback = async (present: Check) =>
      (await store.commit(head, draft, { checks: [present] })).status;
    const present = (await store.presence(1))!;
    // Retired, and not swept yet.
    const stopped = faulty(engine, { call: 4, after: false });
    await assertRejects(
      () => collect(new ModelStore(stopped, BASE), 1),
      Error,
      "went away",
    );
    assertEquals(await versions(store), [3]);
    assertEquals(await rollback(present), "stale");
    await collect(store, 1);
    await store.load((await store.head()).manifest);
  },
);

testEngines(
  "a writer that was too slow fails, and may try again",
  async (engine) => {
    const store = await growTo(engine, 1);
    const head = await store.head();
    let calls = 0;
    const slow = new ModelStore({
      ...engine,
      write: async (write) => {
        if (++calls === 4) { // the commit: the blobs are staged, and their time is up
          const [entry] = await engine.list([...store.root, "staging"]);
          const record = JSON.parse(new TextDecoder().decode(entry!.value));
          const value = encode({ ...record, expiresAt: 1 });
          await engine.write({ sets: [{ key: entry!.key, value }] });
          await collect(store, 1);
          assertEquals(await blobCount(store), 2);
        }
        return await engine.write(write);
      },
    }, BASE);
    assertEquals(await slow.commit(head, IMPORT), { status: "stale" });
    assertEquals((await store.commit(head, IMPORT)).status, "committed");
    await store.load((await store.head()).manifest);
  },
);

/** Moves `Date.now` on by some milliseconds until it is disposed. */
function later(milliseconds: number): Disposable {
  const { now } = Date;
  Date.now = () => now() + milliseconds;
  return { [Symbol.dispose]: () => void (Date.now = now) };
}

testEngines(
  "a writer that was too slow fails while its blobs are being removed",
  async (engine) => {
    const store = await growTo(engine, 1);
    const head = await store.head();
    const staged = Promise.withResolvers<void>();
    const sweeping = Promise.withResolvers<void>();
    const slow = new ModelStore({
      ...engine,
      write: async (write) => {
        if (write.deletes !== undefined) { // the commit
          staged.resolve();
          await sweeping.promise;
        }
        return await engine.write(write);
      },
    }, BASE);
    const values = new Float32Array(6_500_000).fill(1); // too many chunks for one write
    const commit = slow.commit(head, {
      change: "import",
      step: 2,
      steps: {},
      tensors: [{ name: "huge", shape: [values.length], values }],
    });
    await staged.promise;
    using _ = later(11 * 60 * 1000);
    const sweeper = new ModelStore({
      ...engine,
      write: async (write) => {
        const done = await engine.write(write);
        if (write.deletes !== undefined) {
          sweeping.resolve();
          await commit;
        }
        return done;
      },
    }, BASE);
    assertEquals(await collect(sweeper, 1), []);
    assertEquals(await commit, { status: "stale" });
    await store.load((await store.head()).manifest);
    assertEquals(await blobCount(store), 2);
  },
);

testEngines(
  "keeps blobs that are staged while the old version that has them goes",
  async (engine) => {
    const store = await growTo(engine, 1);
    await store.commit(await store.head(), IMPORT);
    await grow(store, 3);
    const staging = new ModelStore({
      ...engine,
      write: async (write) => {
        if (write.deletes !== undefined) { // the commit
          assertEquals(await collect(store, 1), [2, 1]);
        }
        return await engine.write(write);
      },
    }, BASE);
    const { status } = await staging.commit(await store.head(), IMPORT);
    assertEquals(status, "committed");
    await store.load((await store.head()).manifest);
  },
);

testEngines(
  "removes at once what was staged for a commit on an old head",
  async (engine) => {
    const store = await growTo(engine, 1);
    const old = await store.head();
    await grow(store, 2);
    const commit = await store.commit(old, IMPORT);
    assertEquals(commit, { status: "stale" });
    assertEquals(await blobCount(store), 3 + 14);
    assertEquals(await collect(store, 9), []);
    assertEquals(await blobCount(store), 3);
  },
);

testEngines(
  "keeps a version that is tagged between its decision and its write",
  async (engine) => {
    const store = await growTo(engine, 3);
    let tagged = false;
    const tagging = new ModelStore({
      ...engine,
      write: async (write) => {
        if (!tagged) {
          tagged = true;
          assert(await setTag(store, "good", 1));
        }
        return await engine.write(write);
      },
    }, BASE);
    assertEquals(await collect(tagging, 1), undefined);
    assertEquals(await versions(store), [3, 2, 1]);
    assertEquals(await collect(store, 1), [2]);
    await store.load((await store.manifest(1))!);
  },
);

testEngines(
  "leaves staged blobs alone until they are abandoned",
  async (engine) => {
    const store = await growTo(engine, 1);
    const head = await store.head();
    // The commit fails at its last call, after everything is staged.
    const broken = new ModelStore(
      faulty(engine, { call: 4, after: false }),
      BASE,
    );
    await assertRejects(
      () => broken.commit(head, IMPORT),
      Error,
      "went away",
    );
    assertEquals(await blobCount(store), 2 + 14);
    assertEquals(await collect(store, 1), []);
    assertEquals(await blobCount(store), 2 + 14);
    using _ = later(11 * 60 * 1000);
    assertEquals(await collect(store, 1), []);
    assertEquals(await blobCount(store), 2);
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
