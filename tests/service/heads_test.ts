// One model of four heads of three kinds: what it learns, and what it leaves alone.

import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertMatch,
  assertNotEquals,
} from "@std/assert";
import type { BinaryAnswer } from "../../src/heads/binary.ts";
import type { NumberAnswer } from "../../src/heads/number.ts";
import type { Service } from "../../src/service/service.ts";
import { openEngine } from "../../src/store/open.ts";
import type { BeforeAfter } from "../../src/store/manifest.ts";
import {
  type FixtureOptions,
  fixtureWeights,
  FOUR_HEADS,
  lesson,
  onlyLabel,
  openFixture,
  randomDescriptor,
  TRAINED_STEPS,
} from "./fixture.ts";

const NAMES = FOUR_HEADS.map(({ name }) => name);
/** A lesson that says something of one head alone. */
const about = (name: string, label: number) =>
  lesson(1, { labels: onlyLabel(FOUR_HEADS, name, label) });

async function open(
  options: FixtureOptions,
): Promise<{ service: Service } & AsyncDisposable> {
  const weights = await fixtureWeights({ heads: FOUR_HEADS, ...options });
  const { service } = await openFixture({ weights });
  return { service, [Symbol.asyncDispose]: () => service.close() };
}

async function said(service: Service, version?: number) {
  const { predictions } = (await service.predict([randomDescriptor(1)], {
    topK: 3,
    ...(version !== undefined && { version }),
  }))!;
  return predictions[0]!.answers;
}

Deno.test("a head answers as its kind does", async () => {
  await using fixture = await open({});
  const { place, worn, thing, width } = await said(fixture.service);
  for (const head of [place, thing]) {
    assertEquals(Object.keys(head!), ["label", "probability", "top"]);
  }
  const { label, probability } = worn as BinaryAnswer;
  assertEquals(Object.keys(worn!), ["label", "probability"]);
  assertEquals(typeof label, "boolean");
  assert(probability >= 0.5 && probability <= 1);
  const { value, deviation, unit } = width as NumberAnswer;
  assert(Number.isFinite(value));
  assertEquals([deviation, unit], [5, "cm"]);
});

Deno.test("a label of one head moves that head, and neither moves nor ages another", async () => {
  for (const name of NAMES) {
    await using fixture = await open({ guard: false, replay: false });
    const { service } = fixture;
    const { answer } = await service.finetune(about(name, 1));
    assertEquals(answer.version, { before: 0, after: 1 });
    const [before, after] = [await said(service, 0), await said(service, 1)];
    for (const other of NAMES) {
      if (other === name) assertNotEquals(before[other], after[other], other);
      else assertEquals(before[other], after[other], `${name}: ${other}`);
    }
    const { manifest } = (await (await service.history()).find(1))!;
    assertEquals(manifest.steps, {
      [`head.${name}.bias`]: TRAINED_STEPS + 3,
      [`head.${name}.weight`]: TRAINED_STEPS + 3,
    });
    assert(
      manifest.tensors.every(({ name: tensor }) =>
        tensor.includes(`head.${name}.`)
      ),
    );
    assertEquals(
      manifest.log!.labels,
      Object.fromEntries(
        NAMES.map((head) => [head, [head === name ? 1 : null]]),
      ),
    );
  }
});

Deno.test("a quantity moves towards the label, a yes or no to the other side", async () => {
  await using fixture = await open({ guard: false });
  const { service } = fixture;
  const before = await said(service);
  const { label } = before.worn as BinaryAnswer;
  const { value } = before.width as NumberAnswer;
  const labels = onlyLabel(FOUR_HEADS, "worn", label ? 0 : 1);
  labels[3] = [value + 10];
  for (let i = 0; i < 5; i++) await service.finetune(lesson(1, { labels }));
  const after = await said(service);
  assertEquals((after.worn as BinaryAnswer).label, !label);
  const moved = (after.width as NumberAnswer).value - value;
  assertGreater(moved, 1);
  assertLess(moved, 12);
});

Deno.test("the guard judges every head by the measure of its kind", async () => {
  await using fixture = await open({ replay: false });
  const { service } = fixture;
  const gentle = await service.finetune(
    { ...about("width", 21), learningRate: 1e-6, steps: 1 },
  );
  const { size, ...heads } = gentle.answer.guard as Record<string, BeforeAfter>;
  assertEquals(size as unknown, 18);
  assertEquals(Object.keys(heads), NAMES);
  for (const [name, { before }] of Object.entries(heads)) {
    assertGreater(before, 1 - 1e-9, name);
  }
  assert(gentle.answer.accepted);

  const wild = await service.finetune(
    { ...about("width", 500), learningRate: 0.1, steps: 20 },
  );
  assertEquals(wild.answer.accepted, false);
  assertMatch(
    wild.answer.reason!,
    /width would be less sure of 18 guard images: a loss of 9\.\d+ nats, 0\.000 for the base model\.$/,
  );
  assertEquals(wild.answer.version, { before: 1, after: 1 });
});

Deno.test("a quantity beyond all numbers is refused, and changes nothing", async () => {
  await using fixture = await open({ guard: false });
  const { service } = fixture;
  const before = await service.identity();
  for (const label of [1e300, -1e39]) {
    const { answer } = await service.finetune(about("width", label));
    assertEquals(answer.accepted, false);
    assertMatch(answer.reason!, /not finite/);
  }
  assertEquals(await service.identity(), before);
});

Deno.test("heads of every kind survive a restart, an export and an import to the bit", async () => {
  const weights = await fixtureWeights({ heads: FOUR_HEADS, guard: false });
  const engine = await openEngine("memory");
  const { service } = await openFixture({ weights, engine });
  const labels = [[1], [0], [2], [31.5]];
  await service.finetune(lesson(1, { labels }));
  const { service: again } = await openFixture({ weights, engine });
  assertEquals(await again.identity(), await service.identity());
  assertEquals(await said(again), await said(service));
  const { chunks } = await (await service.transfer()).export();
  const file = new Uint8Array(chunks.flatMap((chunk) => [...chunk]));

  const { service: moved } = await openFixture({ weights });
  await (await moved.transfer()).import(file);
  for (const each of [service, moved]) {
    await each.finetune(lesson(2, { labels }));
  }
  assertEquals(await moved.identity(), await service.identity());
  assertEquals(await said(moved), await said(service));
  await service.close();
  await moved.close();
});
