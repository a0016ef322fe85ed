import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertMatch,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import {
  IdempotencyError,
  PreconditionError,
  StoreError,
} from "../../src/errors.ts";
import type { ClassesAnswer } from "../../src/heads/classes.ts";
import { entityTag } from "../../src/service/answers.ts";
import type { Service } from "../../src/service/service.ts";
import type { Key } from "../../src/store/engine.ts";
import type { BeforeAfter } from "../../src/store/manifest.ts";
import { openEngine } from "../../src/store/open.ts";
import {
  fixtureWeights,
  lesson,
  onlyLabel,
  openFixture,
  randomDescriptor,
  TRAINED_STEPS,
  TWO_HEADS,
} from "./fixture.ts";

/** A prediction of the small model, whose heads both select. */
type Selections = Record<"place" | "thing", ClassesAnswer>;

async function said(
  service: Service,
  options: { topK?: number; version?: number } = {},
): Promise<Selections> {
  const result = await service.predict([randomDescriptor(1)], {
    topK: 3,
    ...options,
  });
  return result!.predictions[0]!.answers as Selections;
}

async function probabilityOfPen(
  service: Service,
  options?: { version: number },
): Promise<number> {
  const { top } = (await said(service, options)).thing;
  return top.find(({ label }) => label === "pen")!.probability;
}

/** Puts the clock ahead by some milliseconds, until it is disposed of. */
function clockAhead(milliseconds: number): Disposable {
  const now = performance.now;
  performance.now = () => now.call(performance) + milliseconds;
  return { [Symbol.dispose]: () => void (performance.now = now) };
}

Deno.test("predictions sum to one per head, likeliest first, at most topK", async () => {
  const { service } = await openFixture();
  const descriptors = Array.from({ length: 40 }, (_, i) => randomDescriptor(i));
  const { predictions, model } =
    (await service.predict(descriptors, { topK: 99 }))!;
  assertEquals(predictions.length, 40);
  assertEquals([model.version, model.step], [0, TRAINED_STEPS]);
  for (const { answers } of predictions) {
    const { place, thing } = answers as Selections;
    assertEquals([place.top.length, thing.top.length], [2, 3]);
    for (const { label, probability, top } of [place, thing]) {
      assertEquals({ label, probability }, top[0]);
      const sum = top.reduce((total, guess) => total + guess.probability, 0);
      assertAlmostEquals(sum, 1, 5e-6);
      assertEquals(
        top.map((guess) => guess.probability).toSorted((a, b) => b - a),
        top.map((g) => g.probability),
      );
    }
  }
  const few = await said(service, { topK: 1 });
  assertEquals(few.thing.top, (await said(service)).thing.top.slice(0, 1));
  await service.close();
});

Deno.test("a service that was warmed up predicts what it would have", async () => {
  const [{ service: cold }, { service: warm }] = [
    await openFixture(),
    await openFixture(),
  ];
  warm.warmUp();
  assertEquals(await said(warm), await said(cold));
  await Promise.all([warm.close(), cold.close()]);
});

Deno.test("a prediction does not depend on what it is batched with", async () => {
  const { service } = await openFixture();
  const descriptors = Array.from({ length: 21 }, (_, i) => randomDescriptor(i));
  const together =
    (await service.predict(descriptors, { topK: 3 }))!.predictions;
  for (const [i, descriptor] of descriptors.entries()) {
    const alone =
      (await service.predict([descriptor], { topK: 3 }))!.predictions;
    assertEquals(alone[0], together[i]);
  }
  await service.close();
});

Deno.test("a fine-tune raises the probability of the label it was sent", async () => {
  const { service } = await openFixture({
    weights: await fixtureWeights({ guard: false }),
  });
  const before = await probabilityOfPen(service);
  const { answer } = await service.finetune(lesson(1));
  assertEquals([answer.accepted, answer.reason, answer.guard], [
    true,
    null,
    null,
  ]);
  assertEquals(answer.version, { before: 0, after: 1 });
  assertEquals(answer.step, {
    before: TRAINED_STEPS,
    after: TRAINED_STEPS + 3,
  });
  assertGreater(answer.loss.before, answer.loss.after);
  assertGreater(answer.updateRatio, 0);
  assertGreater(answer.gradientNorm, 0);
  assertGreater(await probabilityOfPen(service), before);
  assertEquals(await probabilityOfPen(service, { version: 0 }), before);
  await service.close();
});

Deno.test("an example may lack one label; the other head still learns", async () => {
  const { service } = await openFixture({
    weights: await fixtureWeights({ guard: false, replay: false }),
  });
  const { answer } = await service.finetune(
    lesson(1, { labels: onlyLabel(TWO_HEADS, "thing", 2) }),
  );
  assert(answer.accepted);
  const before = await said(service, { version: 0 });
  const after = await said(service);
  assertEquals(before.place, after.place);
  assertNotEquals(before.thing, after.thing);
  await service.close();
});

Deno.test("a dry run computes everything and changes nothing", async () => {
  const { service } = await openFixture({
    weights: await fixtureWeights({ guard: false }),
  });
  const { answer } = await service.finetune(lesson(1, { dryRun: true }));
  assertEquals(answer.accepted, true);
  assertEquals(answer.version, { before: 0, after: 0 });
  assertEquals(answer.step, { before: TRAINED_STEPS, after: TRAINED_STEPS });
  assertGreater(answer.loss.before, answer.loss.after);
  assertEquals((await service.identity()).version, 0);
  await service.close();
});

Deno.test("a draft that forgets the guard set is refused, and changes nothing", async () => {
  const { service } = await openFixture();
  const before = await service.identity();
  const wild = {
    labels: onlyLabel(TWO_HEADS, "thing", 0),
    learningRate: 0.1,
    steps: 20,
  };
  const { answer, sha256 } = await service.finetune(lesson(1, wild));
  assertEquals(answer.accepted, false);
  assertMatch(
    answer.reason!,
    /^thing would be less sure of 18 guard images: a loss of 1\.\d+ nats, 0\.\d+ for the base model\.$/,
  );
  assertEquals(answer.version, { before: 0, after: 0 });
  assertEquals(answer.step, { before: TRAINED_STEPS, after: TRAINED_STEPS });
  const guard = answer.guard as Record<string, BeforeAfter>;
  assertEquals(guard.size as unknown, 18);
  assertEquals<unknown>(guard.place, {
    before: 1,
    after: 1,
    base: 1,
    basis: "guard",
  });
  const { next, against } = answer.refusal!;
  assertEquals(next, [
    "Send a smaller learningRate.",
    "Send fewer steps than 20.",
    "Leave out mode: a correction changes no more than it must.",
  ]);
  assertEquals(against.length, 5);
  for (const { head, basis, probability } of against) {
    assertEquals([head, basis], ["thing", "guard"]);
    assertGreater(probability.before, probability.after);
  }
  assertEquals(guard.thing!.before, 1);
  assertGreater(1, guard.thing!.after);
  assertEquals(await service.identity(), before);
  assertEquals(entityTag(sha256), before.etag);
  const gentle = await service.finetune(
    lesson(1, { learningRate: 1e-5, steps: 1 }),
  );
  assertEquals([gentle.answer.accepted, gentle.answer.version.after], [
    true,
    1,
  ]);
  await service.close();
});

Deno.test("steps lead to the bits that they have always led to", async () => {
  const weights = await fixtureWeights({ guard: false });
  const { service } = await openFixture({ weights });
  for (const seed of [1, 2, 3]) await service.finetune(lesson(seed));
  // A training over HTTP must go on as it began, whatever server it meets.
  const { version, etag } = await service.identity();
  assertEquals([version, etag], [
    3,
    '"sha256-b2f1c62288b2afa76985e28d5b91ca48ceeeed79829ae273d795d6d747bbb01f"',
  ]);
  await service.close();
});

Deno.test("a restart serves the tuned version, and goes on from its moments to the bit", async () => {
  const folder = await Deno.makeTempDir();
  const weights = await fixtureWeights({ guard: false });
  const open = async (name: string) =>
    (await openFixture({
      weights,
      engine: await openEngine(`${folder}/${name}`),
    })).service;
  const unbroken = await open("unbroken.kv");
  for (const seed of [1, 2]) await unbroken.finetune(lesson(seed));

  const first = await open("restarted.kv");
  await first.finetune(lesson(1));
  const published = await first.identity();
  await first.close();
  const second = await open("restarted.kv");
  assertEquals(await second.identity(), published);
  await second.finetune(lesson(2));

  assertEquals(await second.identity(), await unbroken.identity());
  await second.close();
  await unbroken.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("services that share a store take turns: every accepted step is there", async () => {
  const folder = await Deno.makeTempDir();
  const weights = await fixtureWeights({ guard: false });
  const services = await Promise.all(
    [1, 2, 3].map(async () =>
      (await openFixture({
        weights,
        engine: await openEngine(`${folder}/shared.kv`),
      })).service
    ),
  );
  const answers = await Promise.all(
    services.flatMap((service, i) =>
      Array.from({ length: 5 }, (_, j) => service.finetune(lesson(10 * i + j)))
    ),
  );
  const versions = answers.map(({ answer }) => answer.version.after).toSorted((
    a,
    b,
  ) => a - b);
  assertEquals(versions, Array.from({ length: 15 }, (_, i) => i + 1));
  for (const service of services) await service.close();
  const last = (await openFixture({
    weights,
    engine: await openEngine(`${folder}/shared.kv`),
  })).service;
  const { version, step } = await last.identity();
  assertEquals([version, step], [15, TRAINED_STEPS + 45]);
  await last.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("repeating an idempotency key repeats the answer and not the step", async () => {
  const { service } = await openFixture({
    weights: await fixtureWeights({ guard: false }),
  });
  const once = { key: "once", request: "one" };
  const request = lesson(1, { once });
  const results = await Promise.all(
    Array.from({ length: 5 }, () => service.finetune(request)),
  );
  const [first, ...others] = [...results, await service.finetune(request)];
  assertEquals(first!.repeated, false);
  for (const result of others) {
    assertEquals(result, { ...first!, repeated: true });
  }
  assertEquals((await service.identity()).version, 1);
  await assertRejects(
    () => service.finetune({ ...request, once: { ...once, request: "other" } }),
    IdempotencyError,
  );
  await service.close();
});

Deno.test("a fine-tune of another state than the one named is refused", async () => {
  const { service } = await openFixture({
    weights: await fixtureWeights({ guard: false }),
  });
  const { sha256 } = await service.finetune(lesson(1));
  await assertRejects(
    () => service.finetune(lesson(1, { ifMatch: ["0".repeat(64)] })),
    PreconditionError,
  );
  const once = lesson(1, {
    ifMatch: [sha256],
    once: { key: "once", request: "one" },
  });
  const result = await service.finetune(once);
  assertEquals(result.answer.version, { before: 1, after: 2 });
  // The model is another one now, but the change was made.
  assertEquals(await service.finetune(once), { ...result, repeated: true });
  await service.close();
});

Deno.test("a damaged version is reported, and its nearest sound ancestor served", async () => {
  const weights = await fixtureWeights({ guard: false });
  const engine = await openEngine("memory");
  const { service } = await openFixture({ weights, engine });
  await service.finetune(lesson(1));
  const sound = await service.identity();
  const known = new Set(
    (await engine.list(["tandem", (await weights.base).sha256, "blobs"])).map((
      { key },
    ) => key.join("/")),
  );
  await service.finetune(lesson(2));
  for (
    const { key, value } of await engine.list([
      "tandem",
      (await weights.base).sha256,
      "blobs",
    ])
  ) {
    if (known.has(key.join("/"))) continue;
    await engine.write({
      sets: [{ key, value: value.map((byte) => byte ^ 1) }],
    });
  }
  const reports: unknown[] = [];
  const again = (await openFixture({
    weights,
    engine,
    report: (error) => reports.push(error),
  })).service;
  assertEquals(await again.identity(), sound);
  assertEquals(reports.map((error) => error instanceof StoreError), [true]);
  await assertRejects(
    () => again.finetune(lesson(3)),
    StoreError,
    "version 2 is damaged",
  );
  await service.close();
});

Deno.test("with a manifest that is damaged or gone, the version before it is served until a rollback", async () => {
  const weights = await fixtureWeights({ guard: false });
  for (const harm of ["garbled", "another's", "gone"] as const) {
    const engine = await openEngine("memory");
    const { service } = await openFixture({ weights, engine });
    await service.finetune(lesson(1));
    const sound = await service.identity();
    await service.finetune(lesson(2));
    const root = ["tandem", (await weights.base).sha256, "versions"];
    const [older, newer] = await engine.list(root);
    const { key } = newer!;
    const value = harm === "another's"
      ? older!.value
      : new Uint8Array([123, 34]);
    await engine.write(
      harm === "gone" ? { deletes: [key] } : { sets: [{ key, value }] },
    );

    const reports: unknown[] = [];
    const { service: again } = await openFixture({
      weights,
      engine,
      report: (error) => reports.push(error),
    });
    assertEquals(await again.identity(), sound, harm);
    assertEquals(reports.length, 1);
    await assertRejects(
      () => again.finetune(lesson(3)),
      StoreError,
      "version 2 is damaged",
    );
    // Who goes back names the version that is served, as the page does.
    const history = await again.history();
    const served = (await history.list(2))
      .find(({ manifest }) => manifest.change !== "unreadable")!;
    const ifMatch = [served.manifest.sha256];
    await history.rollback(1, { ifMatch });
    assertEquals(await again.identity(), { ...sound, version: 3 });
    const { answer } = await again.finetune(lesson(3));
    assertEquals([answer.accepted, answer.version.after], [true, 4]);
    await service.close();
  }
});

Deno.test("predictions go on while the store does not answer", async () => {
  const inner = await openEngine("memory");
  let down = false;
  const engine = {
    ...inner,
    read: (keys: readonly Key[]) =>
      down
        ? Promise.reject(new Error("The database went away"))
        : inner.read(keys),
  };
  const weights = await fixtureWeights({ guard: false });
  const reports: unknown[] = [];
  const { service } = await openFixture({
    weights,
    engine,
    report: (error) => reports.push(error),
  });
  await service.finetune(lesson(1));
  const before = await service.identity();
  down = true;
  using _ = clockAhead(1100); // it looks again
  assertEquals(await service.identity(), before);
  assertEquals(reports.map(String), ["Error: The database went away"]);
  await assertRejects(() => service.finetune(lesson(2)), Error, "went away");
  const { service: cold } = await openFixture({ weights, engine });
  await assertRejects(() => cold.identity(), Error, "went away");
  down = false;
  assertEquals(await cold.identity(), before);
  await service.close();
});
