import { assert, assertEquals, assertRejects } from "@std/assert";
import { StoreError } from "../../src/errors.ts";
import type { Engine } from "../../src/store/engine.ts";
import type { Draft, StoreHead } from "../../src/store/draft.ts";
import type { Manifest } from "../../src/store/manifest.ts";
import { ModelStore } from "../../src/store/store.ts";
import {
  fillReceipt,
  findReceipt,
  writeReceipt,
} from "../../src/store/receipts.ts";
import { testEngines } from "./engines.ts";
import { faulty } from "./faulty.ts";

const BASE = { sha256: "b".repeat(64), step: 10 };
const open = (engine: Engine) => new ModelStore(engine, BASE);

function draft(step: number, length = 6): Draft {
  const values = Float32Array.from({ length }, (_, i) => step + i / 8);
  return {
    change: "finetune",
    step,
    steps: { "head.thing.weight": step },
    tensors: [
      { name: "head.thing.weight", shape: [2, length / 2], values },
      { name: "head.thing.bias", shape: [1], values: Float32Array.of(0.5) },
    ],
    loss: { before: 2, after: 1 },
  };
}

async function advance(
  store: ModelStore,
  head: StoreHead,
  next: Draft,
): Promise<StoreHead> {
  const commit = await store.commit(head, next);
  const now = await store.head();
  assertEquals(commit, { status: "committed", manifest: now.manifest });
  return now;
}

testEngines("starts at version 0, the weights file itself", async (engine) => {
  const { manifest, stamp } = await open(engine).head();
  assertEquals([manifest.version, manifest.sha256, manifest.step], [
    0,
    BASE.sha256,
    10,
  ]);
  assertEquals(stamp, null);
  assertEquals(await open(engine).load(manifest), new Map());
});

testEngines(
  "gives back a committed version after it is opened again",
  async (engine) => {
    const head = await advance(
      open(engine),
      await open(engine).head(),
      draft(11),
    );
    const again = await open(engine).head();
    assertEquals(again, head);
    assertEquals([again.manifest.version, again.manifest.parent], [1, 0]);
    const tensors = await open(engine).load(again.manifest);
    assertEquals(
      tensors.get("head.thing.weight"),
      Float32Array.of(11, 11.125, 11.25, 11.375, 11.5, 11.625),
    );
  },
);

testEngines(
  "refuses a commit on a head that is no longer one",
  async (engine) => {
    const store = open(engine);
    const stale = await store.head();
    const head = await advance(store, stale, draft(11));
    assertEquals(await store.commit(stale, draft(12)), { status: "stale" });
    assertEquals(await store.head(), head);
  },
);

testEngines(
  "names equal states by equal hashes, whatever their history",
  async (engine) => {
    const store = open(engine);
    const one = await advance(store, await store.head(), draft(11));
    const two = await advance(store, one, draft(12));
    const { step, steps, tensors } = one.manifest;
    const back = await advance(store, two, {
      change: "rollback",
      restored: 1,
      step,
      steps,
      tensors,
    });
    assertEquals(back.manifest.sha256, one.manifest.sha256);
    assertEquals([back.manifest.version, back.manifest.restored], [3, 1]);
    assertEquals(
      await store.load(back.manifest),
      await store.load(one.manifest),
    );
    const base = await advance(store, back, {
      change: "rollback",
      restored: 0,
      step: 10,
      steps: {},
      tensors: [],
    });
    assertEquals(base.manifest.sha256, BASE.sha256);
  },
);

testEngines(
  "keeps the versions of different weights files apart",
  async (engine) => {
    await advance(open(engine), await open(engine).head(), draft(11));
    const other = new ModelStore(engine, { sha256: "c".repeat(64), step: 0 });
    assertEquals((await other.head()).manifest.version, 0);
    assertEquals(await other.otherBases(), [BASE.sha256]);
    assertEquals(await open(engine).otherBases(), []);
    assertEquals(await other.manifests(), []);
  },
);

testEngines("lists versions newest first, in pages", async (engine) => {
  const store = open(engine);
  let head = await store.head();
  for (let step = 11; step < 14; step++) {
    head = await advance(store, head, draft(step));
  }
  const versions = async (options?: { limit?: number; before?: number }) =>
    (await store.manifests(options)).map(({ version }) => version);
  assertEquals(await versions(), [3, 2, 1]);
  assertEquals(await versions({ limit: 1, before: 3 }), [2]);
});

testEngines("stores tensors larger than one atomic write", async (engine) => {
  const store = open(engine);
  const large = draft(11, 400_000);
  const head = await advance(store, await store.head(), large);
  const tensors = await store.load(head.manifest);
  assertEquals(tensors.get("head.thing.weight")!.length, 400_000);
  assertEquals(await engine.list([...store.root, "staging"]), []);
});

testEngines(
  "reports a damaged blob, a missing one, and a damaged manifest",
  async (engine) => {
    const store = open(engine);
    const values = Float32Array.from({ length: 600 }, (_, i) => Math.sin(i));
    const { manifest } = await advance(store, await store.head(), {
      ...draft(11),
      tensors: [{ name: "head.thing.weight", shape: [2, 300], values }],
    });
    const [blob] = await engine.list([...store.root, "blobs"]);
    const { key, value } = blob!;
    const flipped = (at: number) => value.with(at, value[at]! ^ 1);
    const damages = [
      ...[0, 1, 9, value.length - 1].map(flipped),
      value.slice(0, -1),
      value.slice(0, 4),
      new Uint8Array(2400),
      new Uint8Array(3000),
    ];
    for (const value of damages) {
      await engine.write({ sets: [{ key, value }] });
      await assertRejects(
        () => store.load(manifest),
        StoreError,
        "expected sha256",
      );
    }
    await engine.write({ deletes: [key] });
    await assertRejects(() => store.load(manifest), StoreError, "got nothing");
    await assertRejects(
      () => store.load({ ...manifest, step: 12 }),
      StoreError,
      "version 1",
    );
  },
);

testEngines(
  "reads blobs that are not packed, as they once were stored",
  async (engine) => {
    const store = open(engine);
    const { manifest } = await advance(
      store,
      await store.head(),
      draft(11, 20_000),
    );
    const tensors = await store.load(manifest);
    for (const { name, sha256 } of manifest.tensors) {
      const bytes = new Uint8Array(tensors.get(name)!.buffer.slice(0));
      const key = [...store.root, "blobs", sha256];
      const sets = [0, 1].map((chunk) => ({
        key: [...key, `00000${chunk}`],
        value: bytes.slice(61_440 * chunk, 61_440 * (chunk + 1)),
      })).filter(({ value }) => value.length > 0);
      assertEquals((await engine.list(key)).length, sets.length);
      await engine.write({ sets });
    }
    assertEquals(await store.load(manifest), tensors);
  },
);

testEngines(
  "answers a repeated key from its receipt, committed with the version",
  async (engine) => {
    const store = open(engine);
    const slot = await findReceipt(store, "key-1");
    assertEquals(slot.record, undefined);
    const head = await store.head();
    const receipt = ({ version }: Pick<Manifest, "version">) =>
      fillReceipt(slot, "hash of the request", { made: version });
    const { status } = await store.commit(head, draft(11), { receipt });
    assertEquals(status, "committed");
    assertEquals((await findReceipt(store, "key-1")).record?.answer, {
      made: 1,
    });

    const next = await store.head();
    assertEquals(await store.commit(next, draft(12), { receipt }), {
      status: "stale",
    });
    assertEquals(await writeReceipt(store, receipt({ version: 2 })), false);
    assertEquals((await store.head()).manifest.version, 1);
  },
);

testEngines(
  "is whole after a fault at any call of a commit",
  async (engine) => {
    let acknowledged = 0;
    let step = 11;
    for (const length of [6, 400_000]) {
      for (const after of [false, true]) {
        for (let call = 0;; call++) {
          const broken = faulty(engine, { call, after });
          const store = new ModelStore(broken, BASE);
          try {
            const head = await store.head();
            const next = draft(step++, length);
            const { status } = await store.commit(head, next);
            if (status === "committed") acknowledged++;
          } catch (error) {
            assertEquals(
              (error as Error).message.startsWith("The "),
              true,
              String(error),
            );
          }
          const { manifest } = await open(engine).head();
          assertEquals(
            manifest.version,
            acknowledged,
            `fault at call ${call}, after: ${after}`,
          );
          await open(engine).load(manifest);
          if (broken.calls <= call) break;
        }
      }
    }
    assert(acknowledged > 4);
  },
);

testEngines(
  "finds the newest version where the head's own record is damaged",
  async (engine) => {
    const store = open(engine);
    const first = await advance(store, await store.head(), draft(11));
    const garbled = {
      key: [...store.root, "head"],
      value: new Uint8Array([1, 2]),
    };
    await engine.write({ sets: [garbled] });
    const head = await store.head();
    assertEquals(head.manifest, first.manifest);
    assertEquals((await advance(store, head, draft(12))).manifest.version, 2);
  },
);

testEngines(
  "an answer is kept for a day, then its key may be used anew",
  async (engine) => {
    const store = open(engine);
    const { now } = Date;
    try {
      const noon = now();
      Date.now = () => noon;
      const slot = await findReceipt(store, "once");
      assertEquals(slot.record, undefined);
      assert(await writeReceipt(store, fillReceipt(slot, "hash", "answer")));
      const day = 24 * 60 * 60 * 1000;
      Date.now = () => noon + day - 1;
      const kept = await findReceipt(store, "once");
      assertEquals(kept.record?.answer, "answer");
      Date.now = () => noon + day;
      const over = await findReceipt(store, "once");
      assertEquals(over.record, undefined);
      assert(await writeReceipt(store, fillReceipt(over, "other", "new")));
      assertEquals((await findReceipt(store, "once")).record?.answer, "new");
    } finally {
      Date.now = now;
    }
  },
);
