// Corrections of served models: what they change, keep, and take back.

import {
  assertEquals,
  assertGreater,
  assertLess,
  assertMatch,
} from "@std/assert";
import { UNKNOWN } from "../../src/heads/head.ts";
import type { FinetuneRequest } from "../../src/service/requests.ts";
import type { Service } from "../../src/service/service.ts";
import { readWeights } from "../../src/service/weights.ts";
import type { LabelAnswer } from "../../src/service/standings.ts";
import type { Engine } from "../../src/store/engine.ts";
import type { GuardScore } from "../../src/store/manifest.ts";
import { openEngine } from "../../src/store/open.ts";
import { counting } from "../store/counting.ts";
import {
  fixtureWeights,
  lesson,
  openFixture,
  randomDescriptor,
} from "./fixture.ts";

/** A request to correct one example of the small model: its second head's class. */
function correction(
  seed: number,
  thing: number,
  changes: Partial<FinetuneRequest> = {},
): FinetuneRequest {
  return {
    ...lesson(seed, { labels: [[UNKNOWN], [thing]] }),
    mode: "correct",
    steps: undefined,
    learningRate: undefined,
    trusted: true,
    ...changes,
  };
}

async function likeliest(service: Service, seed: number): Promise<string> {
  const result = await service.predict([randomDescriptor(seed)], { topK: 1 });
  const { thing } = result!.predictions[0]!.answers;
  return (thing as { label: string }).label;
}

const UNGUARDED = await fixtureWeights({ guard: false, replay: false });

Deno.test("a rollback takes the memory back, an export carries it, an import brings it", async () => {
  const { service } = await openFixture({ weights: UNGUARDED });
  const history = await service.history();
  const transfer = await service.transfer();
  for (const seed of [0, 1, 2]) await service.finetune(correction(seed, 2));
  const remembered = async () =>
    (await history.list(1))[0]!.manifest.memory?.order.length;
  assertEquals(await remembered(), 3);
  const { manifest, chunks } = await transfer.export();
  await history.rollback(1);
  assertEquals(await remembered(), 1);
  const first = await history.find(1);
  assertEquals(
    (await history.list(1))[0]!.manifest.sha256,
    first!.manifest.sha256,
  );
  await history.rollback(0);
  assertEquals(await remembered(), undefined);
  const bytes = new Uint8Array(
    await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer(),
  );
  const imported = await transfer.import(bytes);
  assertEquals(imported.sha256, manifest.sha256);
  assertEquals(await remembered(), 3);
  assertEquals(await likeliest(service, 1), "pen");
  await service.close();
});

Deno.test("what is learned goes on the same after a restart", async () => {
  const engine = await openEngine("memory");
  const kept = { ...engine, close: () => Promise.resolve() };
  const open = () => openFixture({ weights: UNGUARDED, engine: kept });
  const run = async (
    restart: boolean,
    seeds: number[],
  ): Promise<string> => {
    const { service } = await open();
    for (const seed of seeds) await service.finetune(correction(seed, 1));
    const { etag } = await service.identity();
    await service.close();
    return restart ? await run(false, [7, 8]) : etag;
  };
  const restarted = await run(true, [5, 6]);
  const straight = await openFixture({ weights: UNGUARDED });
  for (const seed of [5, 6, 7, 8]) {
    await straight.service.finetune(correction(seed, 1));
  }
  assertEquals((await straight.service.identity()).etag, restarted);
  await straight.service.close();
});

Deno.test("a refused or a dry one changes nothing, and says what it would have done", async () => {
  const { service } = await openFixture({ weights: UNGUARDED });
  await service.finetune(correction(3, 0));
  const before = await service.identity();
  const dry = await service.finetune(correction(4, 2, { dryRun: true }));
  assertEquals(dry.answer.version, { before: 1, after: 1 });
  const [example] = dry.answer.examples;
  assertEquals((example!.thing as { rank: { after: number } }).rank.after, 1);
  assertEquals(await service.identity(), before);
  const history = await service.history();
  assertEquals((await history.list(1))[0]!.manifest.memory!.order.length, 1);
  await service.close();
});

Deno.test("each attempt on a version has draws of its own, and its log names their seed", async () => {
  const { service } = await openFixture({ weights: UNGUARDED });
  const seedOf = async (version: number) => {
    const { manifest } = (await (await service.history()).find(version))!;
    return manifest.log!.seed;
  };
  await service.finetune(correction(3, 0));
  await service.finetune(correction(4, 2, { dryRun: true }));
  await service.finetune(correction(5, 2, { dryRun: true }));
  await service.finetune(correction(4, 2));
  assertEquals(await seedOf(1), 1 + 1_000_003); // attempts on version 0 count from 1
  assertEquals(await seedOf(2), 2 + 2 * 1_000_003);
  await service.finetune(correction(5, 1));
  assertEquals(await seedOf(3), 3);
  await service.close();
});

const SHIPPED = new URL("../../weights/office31.safetensors", import.meta.url);
const ITEM = 1;

/** The shipped model, and requests to correct rows of its guard set. */
async function openShipped(engine?: Engine) {
  const weights = await readWeights(await Deno.readFile(SHIPPED));
  const { model: { sizes }, material } = weights;
  const guard = (await material()).guard!;
  const { service } = await openFixture({ weights, ...(engine && { engine }) });
  const descriptorOf = (row: number) =>
    guard.descriptors.subarray(row * sizes.inputs, (row + 1) * sizes.inputs);
  const itemOf = async (row: number) => {
    const said = await service.predict([descriptorOf(row)], { topK: 1 });
    const { item } = said!.predictions[0]!.answers;
    return sizes.heads[ITEM]!.kind === "classes"
      ? sizes.heads[ITEM]!.labels.indexOf((item as { label: string }).label)
      : -1;
  };
  const request = (rows: number[], shift = 0): FinetuneRequest => ({
    describe: () => Promise.resolve(rows.map(descriptorOf)),
    mode: "correct",
    heads: sizes.heads,
    labels: guard.labels.map((labels, head) =>
      rows.map((row) =>
        head === ITEM ? (labels[row]! + shift) % 31 : labels[row]!
      )
    ),
    dryRun: false,
  });
  return { service, guard, request, itemOf };
}

Deno.test("a correction is right at once, by an answer that says so, and is not undone by later ones", async () => {
  const { service, guard, request, itemOf } = await openShipped();
  const labels = guard.labels[ITEM]!;
  const wrong: number[] = [];
  for (let row = 0; wrong.length < 6; row++) {
    if (await itemOf(row) !== labels[row]) wrong.push(row);
  }
  for (const row of wrong) {
    const { answer } = await service.finetune(request([row]));
    assertEquals([answer.accepted, answer.reason], [true, null]);
    const { rank, probability } = answer.examples[0]!.item as LabelAnswer;
    assertGreater(rank.before, 1);
    assertEquals(rank.after, 1);
    assertGreater(probability.after, probability.before);
    assertGreater(answer.loss.before, answer.loss.after);
    assertEquals(await itemOf(row), labels[row]);
  }
  for (const row of wrong) assertEquals(await itemOf(row), labels[row]);
  await service.close();
});

Deno.test("labels that the base model excludes are dropped, and the answer says which and why", async () => {
  const { service, request } = await openShipped();
  const { answer } = await service.finetune(request([0, 1, 2, 3], 5));
  assertEquals(answer.accepted, false);
  assertEquals(answer.version, { before: 0, after: 0 });
  const dropped = answer.examples.filter(({ used }) => !used);
  assertGreater(dropped.length, 0);
  for (const { reason } of dropped) {
    assertMatch(reason!, /sure of another item/);
  }
  const { next, against } = answer.refusal!;
  assertMatch(next[0]!, /^Look at the labels/);
  assertMatch(next.at(-1)!, /trusted: true with an admin key/);
  assertEquals(against, []);
  await service.close();
});

Deno.test("where the guard refuses, the answer names its images, those that spoke against it, and what helps", async () => {
  const { service, guard, request } = await openShipped();
  const rows = Array.from({ length: 32 }, (_, row) => row);
  const { answer } = await service.finetune({
    ...request(rows, 5),
    trusted: true,
    dryRun: true,
  });
  assertEquals(answer.accepted, false);
  const item = answer.guard!.item as GuardScore;
  assertEquals(item.basis, "guard");
  const { next, against } = answer.refusal!;
  assertMatch(next[0]!, /^Send fewer examples at a time/);
  assertMatch(next[1]!, /^Send a margin below 0.5 with an admin key/);
  const labels = guard.labels[ITEM]!;
  const named = against.filter(({ head }) => head === "item");
  assertEquals(named.length, 5);
  for (const { basis, row, label, probability } of named) {
    assertEquals(basis, "guard");
    assertEquals(
      label,
      service.heads[ITEM]!.kind === "classes" &&
        service.heads[ITEM]!.labels[labels[row]!],
    );
    assertGreater(probability.before, probability.after);
  }
  await service.close();
});

Deno.test("a commit writes less than 160 KB, also with a full memory", async () => {
  const engine = counting(await openEngine("memory"));
  const { service, guard, request } = await openShipped(engine);
  let largest = 0;
  for (let first = 0; first + 8 <= guard.length; first += 8) {
    const rows = Array.from({ length: 8 }, (_, i) => first + i);
    engine.reset();
    const { answer } = await service.finetune(request(rows));
    assertEquals([answer.accepted, answer.reason], [true, null]);
    assertEquals(answer.guard!.size, guard.length);
    largest = Math.max(largest, engine.cost.bytes);
  }
  assertLess(largest, 160_000);
  await service.close();
});
