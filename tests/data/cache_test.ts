import {
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { DescriptorCache } from "../../src/data/cache.ts";
import { withFolder } from "./images.ts";

const BYTES = 100;
const [A, B, C] = ["a", "b", "c"].map((digit) => digit.repeat(64)) as [
  string,
  string,
  string,
];

function payload(value: number): Uint8Array {
  return new Uint8Array(BYTES).fill(value);
}

/** Runs `use` with the path of the only file of a fresh cache folder that holds A, B and C. */
function withPack(
  use: (folder: string, pack: string) => Promise<void>,
): Promise<void> {
  return withFolder({}, async (folder) => {
    await fillCache(folder, { [A]: 1, [B]: 2, [C]: 3 });
    const names = [...Deno.readDirSync(folder)].map((entry) => entry.name);
    assertEquals(names.length, 1);
    await use(folder, `${folder}/${names[0]}`);
  });
}

async function fillCache(
  folder: string,
  values: Record<string, number>,
): Promise<void> {
  using cache = await DescriptorCache.open(folder, "key", BYTES);
  for (const [hash, value] of Object.entries(values)) {
    await cache.add(hash, payload(value));
  }
}

/** The first byte of each record that is found, by content hash. */
async function contents(
  folder: string,
  key = "key",
): Promise<(number | undefined)[]> {
  using cache = await DescriptorCache.open(folder, key, BYTES);
  const out = new Uint8Array(1);
  const found: (number | undefined)[] = [];
  for (const hash of [A, B, C]) {
    const slot = await cache.find(hash);
    if (slot !== undefined) cache.read(slot, 0, out);
    found.push(slot === undefined ? undefined : out[0]);
  }
  return found;
}

Deno.test("what is added is found by the next to open the cache", () =>
  withPack(async (folder) => assertEquals(await contents(folder), [1, 2, 3])));

Deno.test("any part of a record can be read", () =>
  withFolder({}, async (folder) => {
    using cache = await DescriptorCache.open(folder, "key", BYTES);
    const slot = await cache.add(
      A,
      Uint8Array.from({ length: BYTES }, (_, i) => i),
    );
    const out = new Uint8Array(3);
    cache.read(slot, 40, out);
    assertEquals([...out], [40, 41, 42]);
    cache.read(slot, BYTES - 3, out);
    assertEquals([...out], [97, 98, 99]);
  }));

Deno.test("another key is another cache", () =>
  withPack(async (folder) => {
    assertEquals(await contents(folder, "other"), [
      undefined,
      undefined,
      undefined,
    ]);
    assertEquals(await contents(folder), [1, 2, 3]);
  }));

Deno.test("descriptors of another length are refused", () =>
  withFolder({}, async (folder) => {
    using cache = await DescriptorCache.open(folder, "key", BYTES);
    await assertRejects(
      () => cache.add(A, new Uint8Array(BYTES - 1)),
      RangeError,
      "expected 100 bytes, got 99",
    );
  }));

for (const place of ["descriptors", "own hash", "content hash"]) {
  Deno.test(`a record whose ${place} is damaged is not found, and can be added again`, () =>
    withPack(async (folder, pack) => {
      const bytes = await Deno.readFile(pack);
      const record = 64 + (64 + BYTES); // the second one
      bytes[
        record +
        { descriptors: 64 + 50, "own hash": 40, "content hash": 5 }[place]!
      ]! ^= 1;
      await Deno.writeFile(pack, bytes);
      assertEquals(await contents(folder), [1, undefined, 3]);
      await fillCache(folder, { [B]: 4 });
      assertEquals(await contents(folder), [1, 4, 3]);
    }));
}

Deno.test("of a file that was cut at any place the whole records are kept", () =>
  withPack(async (folder, pack) => {
    const bytes = await Deno.readFile(pack);
    const record = 64 + BYTES;
    for (
      const length of [0, 10, 64, 64 + 10, 64 + record, 64 + 3 * record - 1]
    ) {
      await Deno.writeFile(pack, bytes.subarray(0, length));
      const whole = Math.max(0, Math.floor((length - 64) / record));
      assertEquals(
        await contents(folder),
        [1, 2, 3].map((n) => n <= whole ? n : undefined),
      );
      await fillCache(folder, { [C]: 5, [B]: 6 });
      assertEquals((await contents(folder)).slice(1), [6, 5]);
    }
  }));

Deno.test("a file with another header is started anew", () =>
  withPack(async (folder, pack) => {
    const bytes = await Deno.readFile(pack);
    bytes[3]! ^= 1;
    await Deno.writeFile(pack, bytes);
    assertEquals(await contents(folder), [undefined, undefined, undefined]);
    await fillCache(folder, { [A]: 7 });
    assertEquals(await contents(folder), [7, undefined, undefined]);
  }));

Deno.test("a second writer waits for the first, and then finds what it wrote", () =>
  withFolder({}, async (folder) => {
    const events: string[] = [];
    using first = await DescriptorCache.open(folder, "key", BYTES);
    const opening = DescriptorCache.open(folder, "key", BYTES).then((cache) => {
      events.push("second opened");
      return cache;
    });
    await first.add(A, payload(1));
    for (let i = 0; i < 50; i++) await Deno.stat(folder); // time enough to get in between
    events.push("first finished");
    first.finishWriting();
    using second = await opening;
    assertEquals(events, ["first finished", "second opened"]);
    assertNotEquals(await second.find(A), undefined);
  }));

Deno.test("waiting for another writer can be aborted", () =>
  withFolder({}, async (folder) => {
    using _first = await DescriptorCache.open(folder, "key", BYTES);
    const controller = new AbortController();
    const opening = DescriptorCache.open(
      folder,
      "key",
      BYTES,
      controller.signal,
    );
    const reason = new Error("enough");
    controller.abort(reason);
    assertEquals(await assertRejects(() => opening), reason);
  }));

Deno.test("a reader goes on while another writes", () =>
  withFolder({}, async (folder) => {
    using reader = await DescriptorCache.open(folder, "key", BYTES);
    const slot = await reader.add(A, payload(1));
    reader.finishWriting();
    await fillCache(folder, { [B]: 2, [C]: 3 });
    const out = new Uint8Array(BYTES);
    reader.read(slot, 0, out);
    assertEquals(out, payload(1));
  }));

Deno.test("reading behind the end of the file is an error", () =>
  withFolder({}, async (folder) => {
    using cache = await DescriptorCache.open(folder, "key", BYTES);
    assertThrows(
      () => cache.read(0, 0, new Uint8Array(1)),
      Error,
      "the file ends after 0",
    );
  }));

Deno.test("a cache that nobody has opened for a month is removed by the next to open another", () =>
  withPack(async (folder, pack) => {
    await Deno.writeTextFile(`${folder}/notes.txt`, "not a cache");
    const days = (count: number) => new Date(Date.now() - count * 86_400_000);
    const names = () =>
      Array.from(Deno.readDirSync(folder), (entry) => entry.name);
    await Deno.utime(`${folder}/notes.txt`, days(40), days(40));
    await Deno.utime(pack, days(29), days(29));
    assertEquals(await contents(folder, "another"), [
      undefined,
      undefined,
      undefined,
    ]);
    assertEquals(names().length, 3);
    await Deno.utime(pack, days(31), days(31));
    await contents(folder, "another");
    assertEquals(names().length, 2);
    assertEquals(names().includes("notes.txt"), true);
    assertEquals(await contents(folder), [undefined, undefined, undefined]);
  }));

Deno.test("a cache that is opened is kept for another month", () =>
  withPack(async (folder, pack) => {
    const old = new Date(Date.now() - 40 * 86_400_000);
    await Deno.utime(pack, old, old);
    assertEquals(await contents(folder), [1, 2, 3]);
    await contents(folder, "another");
    assertEquals(await contents(folder), [1, 2, 3]);
  }));

/** Adds A and B, reads them, and says why they were not written. */
async function useHeld(folder: string): Promise<string | undefined> {
  using cache = await DescriptorCache.open(folder, "key", BYTES);
  const slots = [
    await cache.add(A, payload(1)),
    await cache.add(B, payload(2)),
  ];
  cache.finishWriting();
  assertEquals(await cache.find(A), slots[0]);
  assertEquals(await cache.find(C), undefined);
  const out = new Uint8Array(3);
  for (const [n, slot] of slots.entries()) {
    cache.read(slot, BYTES - 3, out);
    assertEquals(out, new Uint8Array(3).fill(n + 1));
  }
  return cache.problem;
}

Deno.test("a cache that can be written has no problem", () =>
  withFolder(
    {},
    async (folder) => assertEquals(await useHeld(folder), undefined),
  ));

Deno.test("what cannot be written is held in memory", () =>
  withFolder({ "file": new Uint8Array() }, async (at) => {
    const problem = await useHeld(`${at}/file/folder`);
    assertMatch(problem!, /Not a directory/);
  }));

Deno.test("a disk that is full from the start, or fills up, is no end", async () => {
  const write = Deno.FsFile.prototype.writeSync;
  for (const room of [0, 1, 2]) {
    let writes = 0;
    Deno.FsFile.prototype.writeSync = function (bytes) {
      if (writes++ < room) return write.call(this, bytes);
      throw new Error("No space left on device");
    };
    try {
      await withFolder({}, async (folder) => {
        assertMatch((await useHeld(folder))!, /No space left/);
        Deno.FsFile.prototype.writeSync = write;
        // What was written before is there, what was held is not.
        assertEquals(await contents(folder), [
          room > 1 ? 1 : undefined,
          undefined,
          undefined,
        ]);
      });
    } finally {
      Deno.FsFile.prototype.writeSync = write;
    }
  }
});
