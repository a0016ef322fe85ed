import {
  assertEquals,
  assertLess,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import {
  decodeSafetensors,
  extentOf,
} from "../../src/checkpoint/safetensors_reader.ts";
import { CheckpointError, PreconditionError } from "../../src/errors.ts";
import type { Service } from "../../src/service/service.ts";
import { readWeights } from "../../src/service/weights.ts";
import { collect } from "../../src/store/collect.ts";
import type { Key, Write } from "../../src/store/engine.ts";
import { openEngine } from "../../src/store/open.ts";
import type { GuardScore } from "../../src/store/manifest.ts";
import { ModelStore } from "../../src/store/store.ts";
import { joined } from "../checkpoint/bytes.ts";
import {
  fixtureWeights,
  lesson,
  modelBytes,
  openFixture,
  randomDescriptor,
} from "./fixture.ts";

const weights = await fixtureWeights({ guard: false });

async function teach(service: Service, ...seeds: number[]): Promise<void> {
  for (const seed of seeds) {
    const labels = [[seed % 2], [seed % 3]];
    await service.finetune(lesson(seed, { labels, steps: 2 }));
  }
}

const said = async (service: Service) =>
  (await service.predict([randomDescriptor(9)], { topK: 3 }))!.predictions;

Deno.test("a rollback restores the exact state, as a new version", async () => {
  const { service } = await openFixture({ weights });
  const history = await service.history();
  await teach(service, 1);
  const [first, saidFirst] = [await service.identity(), await said(service)];
  await teach(service, 2, 3);
  const { version } = (await history.rollback(1))!;
  assertEquals(version, { before: 3, after: 4 });
  assertEquals((await history.find(4))!.manifest.restored, 1);
  const now = await service.identity();
  assertEquals([now.version, now.step, now.etag], [4, first.step, first.etag]);
  assertEquals(await said(service), saidFirst);
  await service.close();
});

Deno.test("after a rollback, steps go on from the old version's moments", async () => {
  const { service: straight } = await openFixture({ weights });
  await teach(straight, 1);
  const { service } = await openFixture({ weights });
  const history = await service.history();
  await teach(service, 1, 2);
  await history.rollback(1);
  // Replay is drawn by the version's number, so go back once more to compare like with like.
  for (const each of [straight, service]) {
    while ((await each.identity()).version < 5) {
      await (await each.history()).rollback(1);
    }
  }
  await teach(straight, 4);
  await teach(service, 4);
  assertEquals(await service.identity(), await straight.identity());
  await straight.close();
  await service.close();
});

Deno.test("a rollback to the weights file is the weights file", async () => {
  const { service } = await openFixture({ weights });
  const history = await service.history();
  const base = await service.identity();
  await teach(service, 1);
  await history.rollback(0);
  assertEquals(await service.identity(), { ...base, version: 2 });
  assertEquals(await history.rollback(7), undefined);
  await assertRejects(
    () => history.rollback(1, { ifMatch: ["0"] }),
    PreconditionError,
  );
  await service.close();
});

Deno.test("history is told newest first, down to version 0, in pages, with tags", async () => {
  const { service } = await openFixture({ weights });
  const history = await service.history();
  await teach(service, 1, 2, 3);
  assertEquals(await history.tag("good", 2), true);
  assertEquals(await history.tag("good", 9), false);
  const list = async (limit: number, before?: number) =>
    (await history.list(limit, before)).map((
      { manifest, tags },
    ) => [manifest.version, ...tags]);
  assertEquals(await list(10), [[3], [2, "good"], [1], [0]]);
  assertEquals(await list(2), [[3], [2, "good"]]);
  assertEquals(await list(2, 2), [[1], [0]]);
  assertEquals(await list(2, 0), []);
  await history.untag("good");
  assertEquals((await history.find(2))!.tags, []);
  assertEquals(await history.find(4), undefined);
  await service.close();
});

Deno.test("old versions go, the head and tagged ones stay", async () => {
  const { service } = await openFixture({ weights, keepVersions: 3 });
  const history = await service.history();
  await teach(service, 1, 2);
  await history.tag("good", 2);
  await teach(service, ...Array.from({ length: 14 }, (_, i) => i));
  await service.settled();
  const kept = (await history.list(50)).map(({ manifest }) => manifest.version);
  assertEquals(kept, [16, 15, 14, 2, 0]);
  assertEquals(
    (await history.rollback(2))!.version.after,
    17,
  );
  await service.close();
});

Deno.test("old versions go whatever made the new ones", async () => {
  const { service } = await openFixture({ weights, keepVersions: 3 });
  const history = await service.history();
  for (let i = 0; i < 32; i++) await history.rollback(0);
  await service.settled();
  const kept = (await history.list(50)).map(({ manifest }) => manifest.version);
  assertEquals(kept, [32, 31, 30, 0]);
  await service.close();
});

Deno.test("a version that is collected while it is read is gone, not damaged", async () => {
  const inner = await openEngine("memory");
  const { service: writer } = await openFixture({ weights, engine: inner });
  let overtake = true;
  const engine = {
    ...inner,
    async read(keys: readonly Key[]) {
      if (overtake && keys.some((key) => key.includes("blobs"))) {
        overtake = false;
        await teach(writer, 2, 3);
        await collect(new ModelStore(inner, await weights.base), 1);
      }
      return await inner.read(keys);
    },
  };
  const reports: unknown[] = [];
  const report = (error: unknown) => reports.push(error);
  const { service: reader } = await openFixture({ weights, engine, report });
  await teach(writer, 1);
  assertEquals(await reader.identity(), await writer.identity());

  await teach(writer, 4);
  overtake = true;
  const pinned = { topK: 1, version: 4 };
  assertEquals(await reader.predict([randomDescriptor(9)], pinned), undefined);
  await teach(writer, 4);
  overtake = true;
  const { version } = await writer.identity();
  const history = await reader.history();
  assertEquals(await history.rollback(version), undefined);
  assertEquals([overtake, reports], [false, []]);
  await writer.close();
});

Deno.test("a rollback to a version that is collected meanwhile finds none", async () => {
  const inner = await openEngine("memory");
  let overtake = false;
  const engine = {
    ...inner,
    async write(write: Write) {
      if (overtake) {
        overtake = false;
        await collect(new ModelStore(inner, await weights.base), 1);
      }
      return await inner.write(write);
    },
  };
  const { service } = await openFixture({ weights, engine });
  await teach(service, 1, 2);
  const [before, saidBefore] = [await service.identity(), await said(service)];
  overtake = true;
  assertEquals(await (await service.history()).rollback(1), undefined);
  assertEquals(overtake, false);
  assertEquals(await service.identity(), before);
  const { service: again } = await openFixture({ weights, engine: inner });
  assertEquals(await said(again), saidBefore);
  await service.close();
});

Deno.test("export, an empty store, import: the next step is as if it had never moved", async () => {
  const { service: stayed } = await openFixture({ weights });
  await teach(stayed, 1, 2);
  const file = joined((await (await stayed.transfer()).export()).chunks);

  const { service: moved } = await openFixture({ weights });
  await teach(moved, 5); // replay is drawn by the version's number: this makes the next one 3 in both
  const { version } = await (await moved.transfer()).import(file);
  assertEquals(version, { before: 1, after: 2 });
  const { manifest } = (await (await moved.history()).find(2))!;
  assertEquals(manifest.change, "import");
  assertEquals(await moved.identity(), await stayed.identity());
  assertEquals(joined((await (await moved.transfer()).export()).chunks), file);
  await teach(stayed, 3);
  await teach(moved, 3);
  assertEquals(await moved.identity(), await stayed.identity());
  assertEquals(await said(moved), await said(stayed));
  await stayed.close();
  await moved.close();
});

Deno.test("an export can be served as a weights file, and goes on from there", async () => {
  const { service } = await openFixture({ weights });
  const transfer = await service.transfer();
  await teach(service, 1, 2);
  const file = joined((await transfer.export()).chunks);
  const { service: served } = await openFixture({
    weights: await readWeights(file),
  });
  const [a, b] = [await service.identity(), await served.identity()];
  assertEquals([b.version, b.step], [0, a.step]);
  assertEquals(await said(served), await said(service));
  await service.close();
  await served.close();
});

Deno.test("an export has floats only; read as floats or as bytes, a model is served the same", async () => {
  const { service } = await openFixture({ weights });
  const transfer = await service.transfer();
  const file = joined((await transfer.export()).chunks);
  const { header } = decodeSafetensors(file);
  assertEquals(header.tensors.get("trunk.0.weight")?.dtype, "F32");
  assertEquals(
    decodeSafetensors(modelBytes()).header.tensors.get("trunk.0.weight")?.dtype,
    "I8",
  );
  const { sha256 } = await transfer.import(file);
  assertEquals(sha256, (await weights.base).sha256);
  const { manifest } = (await (await service.history()).find(1))!;
  assertEquals(manifest.tensors, []);
  const { service: floats } = await openFixture({
    weights: await readWeights(file),
  });
  assertEquals(await said(floats), await said(service));
  await service.close();
  await floats.close();
});

Deno.test("a trunk that was never rounded is kept as it is, and served rounded", async () => {
  const raw = { guard: false, replay: false, seed: 2, rounded: false };
  const { service } = await openFixture({ weights });
  const transfer = await service.transfer();
  const base = await said(service);
  await transfer.import(modelBytes(raw));
  const { service: rounded } = await openFixture({
    weights: await fixtureWeights({ ...raw, rounded: true }),
  });
  assertEquals(await said(service), await said(rounded));
  const { service: served } = await openFixture({
    weights: await fixtureWeights(raw),
  });
  assertEquals(await said(served), await said(rounded));
  const exported = decodeSafetensors(
    joined((await transfer.export()).chunks),
  );
  assertEquals(
    await exported.read("trunk.0.weight"),
    await decodeSafetensors(modelBytes(raw)).read("trunk.0.weight"),
  );
  const pinned = await service.predict([randomDescriptor(9)], {
    topK: 3,
    version: 0,
  });
  assertEquals(pinned!.predictions, base);
  assertEquals(await said(service), await said(rounded));
  for (const each of [service, rounded, served]) await each.close();
});

Deno.test("an import of another trunk is served, tuned and survives a restart", async () => {
  const { service, engine } = await openFixture({ weights });
  const transfer = await service.transfer();
  const history = await service.history();
  const before = await said(service);
  await transfer.import(
    modelBytes({ guard: false, seed: 2, replay: false }),
  );
  const imported = await said(service);
  assertNotEquals(imported, before);
  await teach(service, 1);
  const tuned = await said(service);
  const { service: again } = await openFixture({ weights, engine });
  assertEquals(await said(again), tuned);
  await history.rollback(0);
  assertEquals(await said(service), before);
  await service.close();
});

Deno.test("steps after an import of another trunk are compared with what was imported", async () => {
  const { service } = await openFixture({ weights: await fixtureWeights() });
  const transfer = await service.transfer();
  await transfer.import(modelBytes({ guard: false, seed: 2, replay: false }));
  const { answer } = await service.finetune(
    lesson(1, { steps: 1, learningRate: 1e-6 }),
  );
  assertEquals(answer.accepted, true);
  const { before, base } = answer.guard!.thing as GuardScore;
  assertLess(before, 1, "the guard's labels are what version 0 says");
  assertEquals(base, before);
  await service.close();
});

Deno.test("a state that does not fit, or is damaged, changes nothing", async () => {
  const { service } = await openFixture({ weights });
  const transfer = await service.transfer();
  const good = modelBytes({ guard: false });
  const text = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);
  const bytes = (latin1: string) =>
    Uint8Array.from(latin1, (c) => c.charCodeAt(0));
  const nan = good.slice();
  const { header } = decodeSafetensors(good);
  nan.fill(0xff, ...extentOf(header, "head.thing.weight"));
  for (
    const wrong of [
      new Uint8Array(0),
      good.slice(0, -1),
      bytes(text(good).replace('"thing\\"', '"thong\\"')),
      nan,
    ]
  ) {
    await assertRejects(() => transfer.import(wrong), CheckpointError);
  }
  await assertRejects(
    () => transfer.import(good, { ifMatch: ["0"] }),
    PreconditionError,
  );
  assertEquals((await service.identity()).version, 0);
  await service.close();
});
