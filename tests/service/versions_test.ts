import { assertEquals, assertStrictEquals } from "@std/assert";
import type { ServingNetwork } from "../../src/service/network.ts";
import { type Version, Versions } from "../../src/service/versions.ts";
import { openEngine } from "../../src/store/open.ts";
import { ModelStore } from "../../src/store/store.ts";
import { counting } from "../store/counting.ts";

const BASE = { sha256: "b".repeat(64), step: 0 };
/** None of these versions has heads of its own, so no network is asked for any. */
const NETWORK = {} as ServingNetwork;

/** A store of some versions, and those who read them. */
async function open(count: number) {
  const engine = counting(await openEngine("memory"));
  const store = new ModelStore(engine, BASE);
  for (let step = 1; step <= count; step++) {
    await store.commit(await store.head(), {
      change: "finetune",
      step,
      steps: {},
      tensors: [{
        name: "head.thing.bias",
        shape: [1],
        values: Float32Array.of(step),
      }],
    });
  }
  const report = (error: unknown) => {
    throw error;
  };
  return { engine, versions: new Versions(store, BASE, NETWORK, report) };
}

Deno.test("a version that was committed earlier does not take the place of a later one", async () => {
  const { engine, versions } = await open(2);
  const [first, second] = [await versions.at(1), await versions.at(2)];
  versions.publish(second!);
  versions.publish(first!);
  assertStrictEquals(versions.current, second);
  await engine.close();
});

Deno.test("the four versions that were read last are kept, others are read again", async () => {
  const { engine, versions } = await open(6);
  const read: (Version | undefined)[] = [];
  for (const number of [1, 2, 3, 4, 5]) read.push(await versions.at(number));
  assertEquals(read.map((version) => version!.manifest.version), [
    1,
    2,
    3,
    4,
    5,
  ]);
  engine.reset();
  for (const number of [2, 3, 4, 5]) {
    assertStrictEquals(await versions.at(number), read[number - 1]);
  }
  assertEquals(engine.cost.reads, 0);
  assertEquals(await versions.at(1), read[0]);
  assertEquals(engine.cost.reads > 0, true);
  await engine.close();
});
