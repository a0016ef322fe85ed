import {
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertMatch,
} from "@std/assert";
import { widthOf } from "../../src/heads/kinds.ts";
import type { FinetuneResult } from "../../src/service/requests.ts";
import { readWeights } from "../../src/service/weights.ts";
import { openEngine } from "../../src/store/open.ts";
import { testEngines } from "../store/engines.ts";
import { counting } from "../store/counting.ts";
import { faulty } from "../store/faulty.ts";
import {
  fixtureWeights,
  lesson,
  openFixture,
  randomDescriptor,
} from "./fixture.ts";

/** A fine-tune that takes one small step. */
const short = (seed: number, key?: string) =>
  lesson(seed, {
    steps: 1,
    learningRate: 1e-3,
    ...(key === undefined ? {} : { once: { key, request: "short" } }),
  });

Deno.test("what predictions and fine-tunes ask of the store", async () => {
  const engine = counting(await openEngine("memory"));
  const weights = await fixtureWeights({ guard: false });
  const { service } = await openFixture({ weights, engine });
  const predict = () => service.predict([randomDescriptor(1)], { topK: 1 });
  await predict();
  assertEquals(engine.cost.reads, 1);
  await predict();
  assertEquals(engine.cost.reads, 1); // the head was looked at within the last second

  await service.finetune(short(1));
  engine.reset();
  await service.finetune(short(2));
  // Heads: 3 × weight and bias of both, their features, manifest, head.
  const { bytes, ...counts } = engine.cost;
  assertEquals(counts, { reads: 1, writes: 1, entries: 12 + 1 + 2 });
  assertLess(bytes, 5000);

  engine.reset();
  await service.finetune(short(3, "key"));
  assertEquals([engine.cost.reads, engine.cost.writes, engine.cost.entries], [
    2,
    1,
    16,
  ]);
  engine.reset();
  await service.finetune(short(3, "key"));
  assertEquals([engine.cost.reads, engine.cost.writes], [1, 0]);
  await service.close();
});

Deno.test("a fine-tune of the shipped model writes less than 160 KB, with up to 8 examples and a key", async () => {
  const file = new URL("../../weights/office31.safetensors", import.meta.url);
  const weights = await readWeights(await Deno.readFile(file));
  const { model: { sizes }, material } = weights;
  const { replay } = await material();
  const engine = counting(await openEngine("memory"));
  const { service } = await openFixture({ weights, engine });
  for (const [start, count] of [[0, 1], [1, 8], [9, 8], [17, 1]] as const) {
    const rows = Array.from({ length: count }, (_, i) => start + i);
    engine.reset();
    const descriptors = rows.map((row) =>
      replay!.descriptors.subarray(
        row * sizes.inputs,
        (row + 1) * sizes.inputs,
      )
    );
    const { answer } = await service.finetune({
      describe: () => Promise.resolve(descriptors),
      mode: "steps",
      heads: sizes.heads,
      labels: replay!.labels.map((head) => rows.map((row) => head[row]!)),
      steps: 3,
      learningRate: 1e-4,
      dryRun: false,
      once: { key: `from ${start}`, request: "rows" },
    });
    assertEquals(answer.accepted, true);
    assertLess(engine.cost.bytes, 160_000);
    const [width] = sizes.hidden;
    // More than the mantissas that are kept: all of them are there.
    const outputs = sizes.heads.reduce((sum, head) => sum + widthOf(head), 0);
    assertGreater(engine.cost.bytes, 7 * outputs * (width! + 1));
  }
  await service.close();
});

testEngines(
  "each of many requests sent five times at once is one step, with five same answers",
  async (engine) => {
    const weights = await fixtureWeights({ guard: false });
    const { service } = await openFixture({ weights, engine });
    for (let round = 0; round < 10; round++) {
      const keys = Array.from({ length: 20 }, (_, i) => 20 * round + i);
      const answers = await Promise.all(
        keys.flatMap((key) =>
          Array.from(
            { length: 5 },
            () => service.finetune(short(key, `${key}`)),
          )
        ),
      );
      answers.forEach((answer, i) =>
        assertEquals(answer, { ...answers[i - i % 5], repeated: i % 5 > 0 })
      );
    }
    await service.settled();
    assertEquals((await service.identity()).version, 200);
  },
);

testEngines(
  "a key sent to two processes at once is one step, with the same answer",
  async (engine) => {
    const weights = await fixtureWeights({ guard: false });
    const [{ service: one }, { service: two }] = [
      await openFixture({ weights, engine }),
      await openFixture({ weights, engine }),
    ];
    for (let key = 0; key < 10; key++) {
      const [a, b] = await Promise.all(
        [one, two].map((service) => service.finetune(short(key, `${key}`))),
      );
      assertEquals(a, { ...b!, repeated: !b!.repeated });
      assertEquals(a!.answer.version.after, key + 1);
    }
  },
);

testEngines(
  "a fault at any call of the store: the answer is right, or the request can be repeated",
  async (inner) => {
    for (const after of [false, true]) {
      for (let call = 0; call < 8; call++) {
        const engine = faulty(inner, { call, after });
        // Other weights, versions of their own.
        const seed = 2 * call + Number(after);
        const weights = await fixtureWeights({ guard: false, seed });
        const { service } = await openFixture({
          weights,
          engine,
          report: () => {},
        });
        const answers: FinetuneResult[] = [];
        for (let attempt = 0; attempt < 3; attempt++) {
          try {
            answers.push(await service.finetune(short(1, "key")));
          } catch (error) {
            assertMatch((error as Error).message, /went away|was lost/);
          }
        }
        assertGreaterOrEqual(answers.length, 2);
        for (const answer of answers.slice(1)) {
          assertEquals(answer, { ...answers[0], repeated: true });
        }
        const { service: again } = await openFixture({
          weights,
          engine: inner,
        });
        const { version, etag } = await again.identity();
        assertEquals(version, 1, `call ${call}, after: ${after}`);
        assertEquals(etag, (await service.identity()).etag);
      }
    }
  },
);
