// Versions with labels of their own: equal states have equal hashes, and a server that
// goes on makes the same versions as one that was restarted.

import { assert, assertEquals } from "@std/assert";
import type { Service } from "../../src/service/service.ts";
import type { Weights } from "../../src/service/weights.ts";
import { collect } from "../../src/store/collect.ts";
import { openEngine } from "../../src/store/open.ts";
import { ModelStore } from "../../src/store/store.ts";
import { joined } from "../checkpoint/bytes.ts";
import {
  fixtureWeights,
  lesson,
  onlyLabel,
  openFixture,
  randomDescriptor,
  TWO_HEADS,
} from "./fixture.ts";

/** Runs a test on a service, and gives it another one on the same store, as after a restart. */
async function withService(
  weights: Weights,
  body: (service: Service, restart: () => Promise<Service>) => Promise<void>,
): Promise<void> {
  const engine = await openEngine("memory");
  const open = async () => (await openFixture({ weights, engine })).service;
  const service = await open();
  await body(service, open);
  await service.close();
}

async function rename(
  service: Service,
  label: string,
  name: string,
): Promise<string> {
  return (await (await service.labels()).rename("thing", label, name)).sha256;
}

Deno.test("a class that is given its first name back leaves the state as it was", async () => {
  const weights = await fixtureWeights();
  await withService(weights, async (service) => {
    await rename(service, "mug", "cup");
    assertEquals(
      await rename(service, "cup", "mug"),
      (await weights.base).sha256,
    );
  });
});

Deno.test("a head that learned nothing is not kept, whether or not the server was restarted", async () => {
  const weights = await fixtureWeights({ guard: false, replay: false });
  await withService(weights, async (service, restart) => {
    const labels = onlyLabel(TWO_HEADS, "thing", 2);
    await service.finetune(lesson(1, { labels, mode: "steps" }));
    const describe = () => Promise.resolve([randomDescriptor(2)]);
    const hashes: string[] = [];
    for (const each of [service, await restart()]) {
      const added = await (await each.labels()).add("thing", "cup", describe);
      const { manifest } =
        (await (await each.history()).find(added.version.after))!;
      assertEquals(
        manifest.tensors.filter(({ name }) => name.startsWith("head.place.")),
        [],
      );
      hashes.push(added.sha256);
      await (await each.history()).rollback(1);
    }
    assertEquals(hashes[0], hashes[1]);
  });
});

Deno.test("steps under other labels are the same after an export and an import", async () => {
  const weights = await fixtureWeights({ guard: false, replay: false });
  await withService(weights, async (service) => {
    await rename(service, "mug", "cup");
    const labels = onlyLabel(TWO_HEADS, "thing", 2);
    const { sha256 } = await service.finetune(lesson(1, { labels }));
    const transfer = await service.transfer();
    const { chunks } = await transfer.export();
    assertEquals((await transfer.import(joined(chunks))).sha256, sha256);
  });
});

Deno.test("steps go on from the served heads, not from those that came with their labels", async () => {
  const weights = await fixtureWeights({ guard: false, replay: false });
  await withService(weights, async (service, restart) => {
    const transfer = await service.transfer();
    await rename(service, "mug", "cup");
    const { chunks } = await transfer.export();
    await (await service.history()).rollback(0);
    const places = onlyLabel(TWO_HEADS, "place", 1);
    await service.finetune(lesson(1, { labels: places }));
    await rename(service, "mug", "cup"); // these labels came with another head place
    await transfer.import(joined(chunks)); // and stay, with the first one
    const restarted = await restart();
    const labels = onlyLabel(TWO_HEADS, "thing", 2);
    const before = await placeOf(restarted);
    await restarted.finetune(lesson(1, { labels }));
    assertEquals(await placeOf(restarted), before);
  });
});

Deno.test("a prediction comes with the heads of the version that made it", async () => {
  const weights = await fixtureWeights({ guard: false, replay: false });
  await withService(weights, async (service) => {
    await rename(service, "mug", "cup");
    const headsOf = async (version: number) => {
      const asked = { topK: 1, version };
      const said = await service.predict([randomDescriptor(1)], asked);
      return said!.heads;
    };
    assertEquals(await headsOf(0), TWO_HEADS);
    assertEquals(await headsOf(1), service.heads);
  });
});

async function placeOf(service: Service) {
  const said = await service.predict([randomDescriptor(3)], { topK: 2 });
  return said!.predictions[0]!.answers.place;
}

/** Corrects by `steps` and the finish; resolves to the hash of the version that it made. */
async function correct(
  service: Service,
  seed: number,
  steps: number,
): Promise<string> {
  const labels = onlyLabel(TWO_HEADS, "thing", 2 * (seed % 2));
  const { answer, sha256 } = await service.finetune(
    lesson(seed, { mode: "correct", trusted: true, steps, labels }),
  );
  assert(answer.accepted, answer.reason!);
  return sha256;
}

/** The hashes of a last correction after some changes, by a server that made them and one that was restarted. */
async function bothHashes(
  change: (service: Service) => Promise<void>,
): Promise<string[]> {
  const weights = await fixtureWeights({ guard: false });
  const hashes: string[] = [];
  for (const restarted of [false, true]) {
    await withService(weights, async (service, restart) => {
      await change(service);
      const last = restarted ? await restart() : service;
      hashes.push(await correct(last, 4, 1));
    });
  }
  return hashes;
}

Deno.test("after a rollback to other labels, a server goes on as one that was restarted", async () => {
  const [one, other] = await bothHashes(async (service) => {
    await rename(service, "mug", "cup");
    await correct(service, 1, 0);
    await rename(service, "cup", "jar");
    await (await service.history()).rollback(2);
  });
  assertEquals(one, other);
});

Deno.test("labels that are introduced again are compared with their second introduction", async () => {
  const [one, other] = await bothHashes(async (service) => {
    await rename(service, "mug", "cup");
    await correct(service, 1, 0);
    await (await service.history()).rollback(0);
    await service.finetune(lesson(2));
    await rename(service, "mug", "cup");
  });
  assertEquals(one, other);
});

Deno.test("the version that introduced the labels of a kept one is kept", async () => {
  const weights = await fixtureWeights({ guard: false });
  const engine = await openEngine("memory");
  const { service } = await openFixture({ weights, engine });
  await rename(service, "mug", "cup");
  for (const seed of [1, 2, 3]) await service.finetune(lesson(seed));
  const store = new ModelStore(engine, await weights.base);
  await collect(store, 2);
  const kept = (await store.manifests()).map(({ version }) => version);

  assertEquals(kept, [4, 3, 1]);
  await store.load((await store.manifest(1))!);
  await service.close();
});
