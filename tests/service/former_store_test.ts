// Stores that the former version made: two heads, and records in its own words.

import { assertEquals, assertNotEquals } from "@std/assert";
import { Service } from "../../src/service/service.ts";
import { readWeights } from "../../src/service/weights.ts";
import { sha256 } from "../../src/model/bits.ts";
import type { Engine, Key } from "../../src/store/engine.ts";
import { openEngine } from "../../src/store/open.ts";
import { HEADS, tandem1BytesOf } from "../checkpoint/tandem_1.ts";
import {
  lesson,
  modelState,
  randomDescriptor,
  TRAINED_STEPS,
} from "./fixture.ts";

const BASE = modelState({ heads: HEADS });
const FILE = tandem1BytesOf(BASE);
/** What version 1 has of its own. */
const BIAS = BASE.parameters.get("head.item.bias")!.map((b) => b + b / 8);
const FILE_HASH = await sha256(FILE);
const ROOT: Key = ["tandem", FILE_HASH];

const text = (value: unknown) =>
  new TextEncoder().encode(JSON.stringify(value));

/** A tensor's record; its bytes are in the store. */
async function stored(engine: Engine, name: string, values: Float32Array) {
  const bytes = new Uint8Array(new Float32Array(values).buffer);
  const hash = await sha256(bytes);
  const key = [...ROOT, "blobs", hash, "000000"];
  await engine.write({ sets: [{ key, value: bytes }] });
  return { name, dtype: "F32", shape: [values.length], sha256: hash };
}

/** A store in which one fine-tune made version 1, record by record. */
async function formerStore(): Promise<Engine> {
  const engine = await openEngine("memory");
  const bias = await stored(engine, "head.item.bias", BIAS);
  const features = await stored(engine, "features", new Float32Array(16));
  const step = TRAINED_STEPS + 3;
  const steps = { "head.item.bias": step };
  const manifest = {
    version: 1,
    parent: 0,
    change: "finetune",
    restored: null,
    sha256: await sha256(text({
      base: FILE_HASH,
      step,
      steps: Object.entries(steps),
      tensors: [[bias.name, bias.dtype, bias.shape, bias.sha256]],
    })),
    step,
    steps,
    tensors: [bias],
    createdAt: "2026-11-21T12:00:00.000Z",
    loss: { before: 1.75, after: 1.25 },
    guard: { before: 0.96875, after: 1 },
    log: {
      scope: "heads",
      steps: 3,
      learningRate: 0.0002,
      domains: [-1],
      items: [0],
      features: { ...features, shape: [1, 16] },
    },
    commit: "11111111-2222-3333-4444-555555555555",
  };
  await engine.write({
    sets: [
      { key: [...ROOT, "versions", "000000000001"], value: text(manifest) },
      { key: [...ROOT, "head"], value: text({ version: 1 }) },
      { key: [...ROOT, "tags", "good"], value: text({ version: 1 }) },
      { key: ["tandem-bases", FILE_HASH], value: text({}) },
    ],
  });
  return engine;
}

const open = async (engine: Engine) =>
  await Service.create({ weights: await readWeights(FILE), engine });

const said = async (service: Service, version: number) =>
  (await service.predict([randomDescriptor(1)], { topK: 4, version }))!
    .predictions[0]!.answers;

Deno.test("a store of the former version serves its head, and tells its history", async () => {
  const service = await open(await formerStore());
  const { version, step } = await service.identity();
  assertEquals([version, step], [1, TRAINED_STEPS + 3]);
  const [base, tuned] = [await said(service, 0), await said(service, 1)];
  assertEquals(tuned.domain, base.domain);
  assertNotEquals(tuned.item, base.item);
  const entries = await (await service.history()).list(10);
  assertEquals(
    entries.map(({ manifest, tags }) => [
      manifest.version,
      manifest.change,
      manifest.guard,
      ...tags,
    ]),
    [
      [1, "finetune", { before: 0.96875, after: 1 }, "good"],
      [0, "base", null],
    ],
  );
  await service.close();
});

Deno.test("a store of the former version takes a fine-tune, and goes back", async () => {
  const engine = await formerStore();
  const service = await open(engine);
  const former = await service.identity();
  const { answer } = await service.finetune(
    lesson(1, { heads: HEADS, labels: [[1], [2]], learningRate: 1e-4 }),
  );
  assertEquals([answer.accepted, answer.version], [true, {
    before: 1,
    after: 2,
  }]);
  assertEquals(Object.keys(answer.guard!), ["size", "domain", "item"]);
  const tuned = await service.identity();
  const again = await open(engine);
  assertEquals(await again.identity(), tuned);

  const history = await again.history();
  await history.rollback(1);
  assertEquals(await again.identity(), { ...former, version: 3 });
  await history.rollback(0);
  assertEquals((await again.identity()).etag, `"sha256-${FILE_HASH}"`);
  await service.close();
});

Deno.test("a state of the former format is imported where the model is the same", async () => {
  const service = await open(await openEngine("memory"));
  const tuned = new Map([...BASE.parameters, ["head.item.bias", BIAS]]);
  const file = tandem1BytesOf({ ...BASE, parameters: tuned });
  const before = await said(service, 0);
  const transfer = await service.transfer();
  const { version } = await transfer.import(file);
  assertEquals(version, { before: 0, after: 1 });
  const after = await said(service, 1);
  assertEquals(after.domain, before.domain);
  assertNotEquals(after.item, before.item);
  assertEquals((await transfer.import(FILE)).sha256, FILE_HASH);
  await service.close();
});
