import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { StoreError } from "../../src/errors.ts";
import { absentEngine } from "../../src/store/absent.ts";
import type { Engine } from "../../src/store/engine.ts";
import { guardedEngine } from "../../src/store/guarded.ts";
import { openEngine } from "../../src/store/open.ts";

/** An engine whose every call is `call`. */
const engineOf = (call: () => Promise<never>): Engine => ({
  read: call,
  list: call,
  write: call,
  close: () => Promise.resolve(),
});

const calls = (engine: Engine) => [
  () => engine.read([["a"]]),
  () => engine.list(["a"]),
  () => engine.write({}),
];

Deno.test("every error of an engine becomes a store error, which does not tell of the database", async () => {
  const full = new TypeError("connect ECONNREFUSED 10.0.0.5:5432");
  const engine = guardedEngine(engineOf(() => Promise.reject(full)));
  for (const call of calls(engine)) {
    const error = await assertRejects(call, StoreError, "log says why");
    assertEquals(error.message.includes("10.0.0.5"), false);
    assertEquals(error.cause, full);
  }
});

Deno.test("a store error stays the one that it is", async () => {
  const damaged = new StoreError("Cannot load version 3");
  const engine = guardedEngine(engineOf(() => Promise.reject(damaged)));
  for (const call of calls(engine)) {
    assertEquals(await assertRejects(call), damaged);
  }
});

Deno.test("an engine that does not answer is given up", async () => {
  const engine = guardedEngine(engineOf(() => new Promise(() => {})), 10);
  for (const call of calls(engine)) {
    await assertRejects(call, StoreError, "within 10 ms, got none");
  }
});

Deno.test("without a database everything is absent, and a write says what is missing", async () => {
  const engine = absentEngine(new Error("none"));
  assertEquals(await engine.read([["a"], ["b"]]), [undefined, undefined]);
  assertEquals(await engine.list(["a"]), []);
  const error = await assertRejects(() => engine.write({}), StoreError);
  assertMatch(error.message, /attach a KV database/);
});

Deno.test("a database that cannot be opened is a store error", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await assertRejects(() => openEngine(folder), StoreError);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
