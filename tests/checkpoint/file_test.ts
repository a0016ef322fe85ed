import { assert, assertEquals, assertRejects } from "@std/assert";
import { CheckpointError } from "../../src/errors.ts";
import {
  openSafetensors,
  writeFileAtomically,
} from "../../src/checkpoint/file.ts";
import { encodeSafetensors } from "../../src/checkpoint/safetensors.ts";
import { joined } from "./bytes.ts";

/** Runs `body` in a new folder, removed afterwards. */
async function inFolder(body: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const names = (folder: string) =>
  [...Deno.readDirSync(folder)].map(({ name }) => name);

const CHUNKS = encodeSafetensors([
  { name: "a", dtype: "U8", shape: [3], data: Uint8Array.of(1, 2, 3) },
  { name: "b", dtype: "U8", shape: [2], data: Uint8Array.of(4, 5) },
  { name: "none", dtype: "U8", shape: [0], data: new Uint8Array() },
], { format: "test" });

Deno.test("a file is written, and its tensors are read in any order", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model.safetensors`;
    await writeFileAtomically(path, CHUNKS);
    using file = await openSafetensors(path);
    assertEquals(file.header.metadata, { format: "test" });
    const [b, none, a] = await Promise.all([
      file.read("b"),
      file.read("none"),
      file.read("a"),
    ]);
    assertEquals(a, Uint8Array.of(1, 2, 3));
    assertEquals(b, Uint8Array.of(4, 5));
    assertEquals(none, new Uint8Array());
    assertEquals(b.buffer.byteLength, 2);
  }));

Deno.test("what was written is told by its SHA-256", () =>
  inFolder(async (folder) => {
    const digest = await writeFileAtomically(
      `${folder}/abc`,
      ["a", "bc"].map((text) => new TextEncoder().encode(text)),
    );
    // The example of FIPS 180-4.
    assertEquals(
      digest,
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
  }));

Deno.test("a path may be a URL, and a folder may have spaces", () =>
  inFolder(async (folder) => {
    Deno.mkdirSync(`${folder}/two words`);
    const url = new URL(`file://${folder}/two%20words/m`);
    await writeFileAtomically(url, CHUNKS);
    using file = await openSafetensors(url);
    assertEquals(file.header.tensors.size, 3);
    assertEquals(names(`${folder}/two words`), ["m"]);
  }));

Deno.test("an existing file is replaced, and nothing is left beside it", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model`;
    await Deno.writeTextFile(path, "a longer file that was there before");
    await writeFileAtomically(path, [Uint8Array.of(65)]);
    assertEquals(await Deno.readTextFile(path), "A");
    assertEquals(names(folder), ["model"]);
  }));

Deno.test("a symbolic link stays one, and the file it leads to is replaced", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/models`);
    await Deno.writeTextFile(`${folder}/models/1`, "old");
    await Deno.symlink("models/1", `${folder}/current`);
    await writeFileAtomically(`${folder}/current`, CHUNKS);
    assert((await Deno.lstat(`${folder}/current`)).isSymlink);
    using file = await openSafetensors(`${folder}/models/1`);
    assertEquals(file.header.metadata, { format: "test" });
    assertEquals(names(`${folder}/models`), ["1"]);
  }));

Deno.test("a folder is no checkpoint", () =>
  inFolder(async (folder) => {
    await assertRejects(
      () => openSafetensors(folder),
      CheckpointError,
      "expected a file, got a folder",
    );
  }));

Deno.test("a reader keeps the file it opened when that is replaced", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model`;
    await writeFileAtomically(path, CHUNKS);
    using file = await openSafetensors(path);
    await writeFileAtomically(path, encodeSafetensors([]));
    assertEquals(await file.read("b"), Uint8Array.of(4, 5));
  }));

Deno.test("a failure half-way leaves the old file and nothing else", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model`;
    await Deno.writeTextFile(path, "old");
    function* chunks() {
      yield Uint8Array.of(65);
      throw new RangeError("out of chunks");
    }
    await assertRejects(
      () => writeFileAtomically(path, chunks()),
      RangeError,
      "out of chunks",
    );
    assertEquals(await Deno.readTextFile(path), "old");
    assertEquals(names(folder), ["model"]);
  }));

Deno.test("a process killed half-way leaves the old file whole", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model`;
    await Deno.writeTextFile(path, "old");
    const module = new URL("../../src/checkpoint/file.ts", import.meta.url);
    const code = `
      import { writeFileAtomically } from ${JSON.stringify(module.href)};
      function* chunks() {
        yield new Uint8Array(100_000);
        Deno.kill(Deno.pid, "SIGKILL");
      }
      await writeFileAtomically(${JSON.stringify(path)}, chunks());`;
    const { signal } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", code],
    }).output();
    assertEquals(signal, "SIGKILL");
    assertEquals(await Deno.readTextFile(path), "old");
  }));

Deno.test("only the header and the tensors asked for are read", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model`;
    await writeFileAtomically(path, CHUNKS);
    using file = await openSafetensors(path);
    const { dataOffset, byteLength } = file.header;
    // Spoilt after the header was read: tensor a, which is never asked for.
    const spoilt = joined(CHUNKS).fill(0, dataOffset, dataOffset + 3);
    await Deno.writeFile(path, spoilt);
    assertEquals(byteLength, spoilt.length);
    assertEquals(await file.read("b"), Uint8Array.of(4, 5));
  }));

Deno.test("a file that became shorter is a CheckpointError, and reading goes on", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model`;
    await writeFileAtomically(path, CHUNKS);
    using file = await openSafetensors(path);
    await Deno.truncate(path, file.header.byteLength - 1);
    const [b, a] = await Promise.allSettled([file.read("b"), file.read("a")]);
    assert(b.status === "rejected" && b.reason instanceof CheckpointError);
    assert(a.status === "fulfilled");
  }));

Deno.test("a damaged file is refused and closed, a missing one is NotFound", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model`;
    for (const bytes of [[], [1, 2, 3], [9, 0, 0, 0, 0, 0, 0, 0, 0x7b]]) {
      await Deno.writeFile(path, Uint8Array.from(bytes));
      await assertRejects(() => openSafetensors(path), CheckpointError);
    }
    await assertRejects(
      () => openSafetensors(`${folder}/missing`),
      Deno.errors.NotFound,
    );
  }));
