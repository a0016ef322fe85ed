import { assertEquals, assertNotEquals } from "@std/assert";
import {
  type Engine,
  type Key,
  MAX_VALUE_BYTES,
} from "../../src/store/engine.ts";
import { testEngines } from "./engines.ts";

const bytes = (...values: number[]) => Uint8Array.from(values);
const put = (engine: Engine, key: Key, value: Uint8Array<ArrayBuffer>) =>
  engine.write({ sets: [{ key, value }] });

testEngines(
  "reads what was written, in the order asked, and undefined elsewhere",
  async (engine) => {
    await put(engine, ["a", "1"], bytes(1, 2));
    await put(engine, ["a", "2"], bytes(3));
    const entries = await engine.read([["a", "2"], ["a", "missing"], [
      "a",
      "1",
    ]]);
    assertEquals(entries.map((entry) => entry?.value), [
      bytes(3),
      undefined,
      bytes(1, 2),
    ]);
    assertEquals(entries[0]?.key, ["a", "2"]);
  },
);

testEngines(
  "reads more keys than one call of the database takes",
  async (engine) => {
    const keys = Array.from({ length: 25 }, (_, i): Key => ["k", String(i)]);
    await engine.write({
      sets: keys.map((key, i) => ({ key, value: bytes(i) })),
    });
    const entries = await engine.read(keys);
    assertEquals(
      entries.map((entry) => entry?.value[0]),
      keys.map((_, i) => i),
    );
  },
);

testEngines("changes a key's stamp with every write", async (engine) => {
  await put(engine, ["a"], bytes(1));
  const [first] = await engine.read([["a"]]);
  await put(engine, ["a"], bytes(1));
  const [second] = await engine.read([["a"]]);
  assertNotEquals(first!.stamp, second!.stamp);
});

testEngines("writes nothing when one check does not hold", async (engine) => {
  await put(engine, ["a"], bytes(1));
  const [a] = await engine.read([["a"]]);
  const sets = [{ key: ["b"], value: bytes(2) }];
  const stale = [{ key: ["a"], stamp: a!.stamp }, { key: ["a"], stamp: null }];
  assertEquals(
    await engine.write({ checks: stale, sets, deletes: [["a"]] }),
    false,
  );
  assertEquals((await engine.read([["a"], ["b"]])).map((e) => e?.value), [
    bytes(1),
    undefined,
  ]);
  assertEquals(
    await engine.write({ checks: [stale[0]!], sets, deletes: [["a"]] }),
    true,
  );
  assertEquals((await engine.read([["a"], ["b"]])).map((e) => e?.value), [
    undefined,
    bytes(2),
  ]);
});

testEngines(
  "lets one of two writers with the same check win",
  async (engine) => {
    const claim = (value: number) =>
      engine.write({
        checks: [{ key: ["head"], stamp: null }],
        sets: [{ key: ["head"], value: bytes(value) }],
      });
    const won = await Promise.all([1, 2, 3, 4].map(claim));
    assertEquals(won.filter((ok) => ok).length, 1);
    const [head] = await engine.read([["head"]]);
    assertEquals(head!.value, bytes(won.indexOf(true) + 1));
  },
);

testEngines(
  "lists a prefix in order, from either end, up to a key",
  async (engine) => {
    const sets = ["1", "2", "3"].map((n) => ({
      key: ["v", n],
      value: bytes(Number(n)),
    }));
    await engine.write({
      sets: [...sets, { key: ["vv", "9"], value: bytes(9) }],
    });
    const list = async (...options: Parameters<Engine["list"]>) =>
      (await engine.list(...options)).map(({ value }) => value[0]);
    assertEquals(await list(["v"]), [1, 2, 3]);
    assertEquals(await list(["v"], { reverse: true, limit: 2 }), [3, 2]);
    assertEquals(await list(["v"], { reverse: true, before: ["v", "3"] }), [
      2,
      1,
    ]);
    assertEquals(await list(["w"]), []);
  },
);

testEngines("takes values of the largest size", async (engine) => {
  const value = new Uint8Array(MAX_VALUE_BYTES).fill(7);
  await put(engine, ["large"], value);
  const [entry] = await engine.read([["large"]]);
  assertEquals(entry!.value, value);
});
