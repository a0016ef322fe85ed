import { assertEquals, assertRejects } from "@std/assert";
import type { Engine } from "../../src/store/engine.ts";
import { openKvEngine } from "../../src/store/kv.ts";
import { lateEngine } from "../../src/store/late.ts";
import { openEngine } from "../../src/store/open.ts";
import { pause } from "../../src/waiting.ts";

const KEY = ["a"];
const SET = { sets: [{ key: KEY, value: Uint8Array.of(7) }] };
const fail = (error: unknown) => {
  throw error;
};

async function withFile(
  body: (file: string, exists: () => boolean) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/store.kv`;
  const exists = () => {
    try {
      return Deno.statSync(file).isFile;
    } catch {
      return false;
    }
  };
  try {
    await body(file, exists);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a file that is not there is read as empty, and made by the first write", () =>
  withFile(async (file, exists) => {
    const engine = await openEngine(file, fail);
    assertEquals(await engine.read([KEY, ["b"]]), [undefined, undefined]);
    assertEquals(await engine.list([]), []);
    assertEquals(exists(), false);
    assertEquals(await engine.write(SET), true);
    assertEquals(exists(), true);
    const [entry] = await engine.read([KEY]);
    assertEquals(entry!.value, Uint8Array.of(7));
    await engine.close();
  }));

Deno.test("a file that nobody writes to is made in time", () =>
  withFile(async (file, exists) => {
    const engine = await openEngine(file, fail);
    while (!exists()) await pause(20);
    assertEquals(await engine.list([]), []);
    await engine.close();
  }));

Deno.test("a file that another process has made meanwhile is read", () =>
  withFile(async (file) => {
    const engine = await openEngine(file, fail);
    const other = await openKvEngine(file);
    await other.write(SET);
    assertEquals((await engine.read([KEY])).length, 1);
    assertEquals((await engine.read([KEY]))[0]!.value, Uint8Array.of(7));
    await other.close();
    await engine.close();
  }));

Deno.test("what is closed before its time makes no file", () =>
  withFile(async (file, exists) => {
    const engine = await openEngine(file, fail);
    await engine.close();
    await pause(600);
    assertEquals(exists(), false);
  }));

Deno.test("a file that cannot be made is reported in time, and nothing is said to be empty after that", async () => {
  const full = new Error("disk full");
  const said = Promise.withResolvers<unknown>();
  let works = false;
  const memory = await openKvEngine(":memory:");
  const open = (): Promise<Engine> =>
    works ? Promise.resolve(memory) : Promise.reject(full);
  const engine = lateEngine(open, () => false, said.resolve);
  assertEquals(await engine.read([KEY]), [undefined]);
  assertEquals(await said.promise, full);
  for (
    const call of [
      () => engine.read([KEY]),
      () => engine.list([]),
      () => engine.write(SET),
    ]
  ) assertEquals(await assertRejects(call), full);
  works = true;
  assertEquals(await engine.write(SET), true);
  await engine.close();
});
