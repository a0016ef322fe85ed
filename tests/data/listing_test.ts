import { assertEquals, assertRejects } from "@std/assert";
import { listFolder } from "../../src/data/listing.ts";
import { DataError } from "../../src/errors.ts";
import { withFolder } from "./images.ts";

const NOTHING = { mangled: [], broken: [], repeated: [], closed: [] };

/** Runs `use` in a temporary folder with empty files at `paths`. */
function withFiles(
  paths: string[],
  use: (directory: string) => Promise<void>,
): Promise<void> {
  const empty = paths.map((path) => [path, new Uint8Array()]);
  return withFolder(Object.fromEntries(empty), use);
}

async function pathsIn(directory: string, depth?: number): Promise<string[]> {
  return (await listFolder(directory, depth)).files.map(({ path }) => path);
}

Deno.test("files are listed by name, folders in between, hidden ones never", () =>
  withFiles(
    ["b/x.jpg", "a.jpg", "b.jpg", "b/c/y.txt", ".git/z.jpg", "b/.hidden"],
    async (at) => {
      const { files, folders, passedOver } = await listFolder(at);
      assertEquals(files.map(({ path }) => path), [
        "a.jpg",
        "b/c/y.txt",
        "b/x.jpg",
        "b.jpg",
      ]);
      assertEquals(files[1]!.names, ["b", "c", "y.txt"]);
      assertEquals(folders, [["b"], ["b", "c"]]);
      assertEquals(passedOver, NOTHING);
      assertEquals(await pathsIn(at, 2), ["a.jpg", "b/x.jpg", "b.jpg"]);
    },
  ));

Deno.test("names are compared in NFC and opened as they are", () =>
  withFiles(["cafe\u0301/e\u0301.jpg"], async (at) => {
    const { files } = await listFolder(at);
    assertEquals(files[0]!.names, ["caf\u00e9", "\u00e9.jpg"]);
    assertEquals((await Deno.stat(`${at}/${files[0]!.path}`)).isFile, true);
  }));

Deno.test("links to files and folders elsewhere are followed", () =>
  withFiles(["elsewhere/mug/a.jpg", "data/pen/b.jpg"], async (at) => {
    await Deno.symlink(`${at}/elsewhere/mug`, `${at}/data/mug`);
    await Deno.symlink(`${at}/elsewhere/mug/a.jpg`, `${at}/data/pen/c.jpg`);
    const { files, folders, passedOver } = await listFolder(`${at}/data`);
    // The file is reached by the first of both links only.
    assertEquals(files.map(({ path }) => path), ["mug/a.jpg", "pen/b.jpg"]);
    assertEquals(folders, [["mug"], ["pen"]]);
    assertEquals(passedOver, { ...NOTHING, repeated: ["pen/c.jpg"] });
  }));

Deno.test("what is listed in its own place is not listed again by a link, whatever their names", () =>
  withFiles(["mug/a.jpg", "mug/b.jpg"], async (at) => {
    await Deno.symlink(`${at}/mug`, `${at}/again`);
    await Deno.symlink(`${at}/mug/b.jpg`, `${at}/mug/a0.jpg`);
    const { files, passedOver } = await listFolder(at);
    assertEquals(files.map(({ path }) => path), ["mug/a.jpg", "mug/b.jpg"]);
    assertEquals(passedOver.repeated, ["again", "mug/a0.jpg"]);
  }));

Deno.test("links that lead in circles, or up, end", () =>
  withFiles(["data/mug/a.jpg", "other/b.jpg"], async (at) => {
    await Deno.symlink(`${at}/data`, `${at}/data/mug/loop`);
    await Deno.symlink(at, `${at}/data/up`);
    await Deno.symlink("/", `${at}/data/root`);
    await Deno.symlink(`${at}/other`, `${at}/data/other`);
    await Deno.symlink(`${at}/data/mug`, `${at}/other/back`);
    const { files, passedOver } = await listFolder(`${at}/data`);
    assertEquals(files.map(({ path }) => path), ["mug/a.jpg", "other/b.jpg"]);
    assertEquals(passedOver.repeated, ["mug/loop", "other/back", "root", "up"]);
  }));

Deno.test("a link to nothing is named", () =>
  withFiles(["mug/a.jpg"], async (at) => {
    await Deno.symlink(`${at}/gone`, `${at}/mug/b.jpg`);
    const { passedOver } = await listFolder(at);
    assertEquals(passedOver, { ...NOTHING, broken: ["mug/b.jpg"] });
  }));

Deno.test("a folder that is a link is read", () =>
  withFiles(["data/mug/a.jpg"], async (at) => {
    await Deno.symlink(`${at}/data`, `${at}/link`);
    assertEquals(await pathsIn(`${at}/link`), ["mug/a.jpg"]);
  }));

Deno.test("a folder that is missing, or is a file, is refused", () =>
  withFiles(["a.jpg"], async (at) => {
    await assertRejects(
      () => listFolder(`${at}/none`),
      DataError,
      "found nothing there",
    );
    await assertRejects(
      () => listFolder(`${at}/a.jpg`),
      DataError,
      "found a file",
    );
  }));

Deno.test({
  name: "a folder that may not be read is refused",
  permissions: { read: false },
  fn: async () => {
    await assertRejects(
      () => listFolder("."),
      DataError,
      'Cannot read the folder "."',
    );
  },
});
