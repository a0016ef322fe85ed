import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { DEFAULT_DOMAIN, folderSource } from "../../src/data/folder.ts";
import type { SourceEntry } from "../../src/data/source.ts";
import { DataError } from "../../src/errors.ts";
import { shared } from "../shared.ts";
import { withFolder } from "./pictures.ts";

/** Runs `use` in a temporary folder with empty files at `paths`. */
function withFiles(
  paths: string[],
  use: (directory: string) => Promise<void>,
): Promise<void> {
  const empty = paths.map((path) => [path, new Uint8Array()]);
  return withFolder(Object.fromEntries(empty), use);
}

function rejectsWith(paths: string[], message: string) {
  return withFiles(paths, async (directory) => {
    await assertRejects(() => folderSource(directory), DataError, message);
  });
}

Deno.test("images in domain and item folders are labelled by the folders' names", () =>
  withFiles([
    "web/mug/b.png",
    "web/mug/a.JPG",
    "web/pen/c.webp",
    "cam/pen/d.jpeg",
  ], async (at) => {
    const { domains, items, entries } = await folderSource(at);
    assertEquals(domains, ["cam", "web"]);
    assertEquals(items, ["mug", "pen"]);
    assertEquals(entries, [
      entry("cam/pen/d.jpeg", 0, 1),
      entry("web/mug/a.JPG", 1, 0),
      entry("web/mug/b.png", 1, 0),
      entry("web/pen/c.webp", 1, 1),
    ]);
    function entry(id: string, domain: number, item: number): SourceEntry {
      return {
        id,
        domain,
        item,
        origin: { kind: "file", path: `${at}/${id}` },
      };
    }
  }));

Deno.test("Office-31's own images folder inside a domain is not an item", () =>
  withFiles(
    ["web/images/mug/a.jpg", "web/images/pen/a.jpg", "cam/mug/a.gif"],
    async (at) => {
      const source = await folderSource(at);
      assertEquals(source.items, ["mug", "pen"]);
      assertEquals(source.entries.map((entry) => entry.id), [
        "cam/mug/a.gif",
        "web/images/mug/a.jpg",
        "web/images/pen/a.jpg",
      ]);
    },
  ));

for (const prefix of ["", "images/"]) {
  Deno.test(`item folders under "DIR/${prefix}" make one domain`, () =>
    withFiles([`${prefix}mug/a.jpg`, `${prefix}pen/a.jpg`], async (at) => {
      const source = await folderSource(at);
      assertEquals(source.domains, [DEFAULT_DOMAIN]);
      assertEquals(source.items, ["mug", "pen"]);
      assert(
        source.warnings.some((warning) => warning.includes("Only one domain")),
      );
    }));
}

Deno.test("the layout that holds most images counts, and the others are counted", () =>
  withFiles(
    ["web/mug/a.jpg", "web/pen/a.jpg", "web/cover.jpg", "all.png"],
    async (at) => {
      const source = await folderSource(at);
      assertEquals(source.entries.length, 2);
      assertStringIncludes(
        source.warnings.join(),
        "outside the items' folders, ignored: 2",
      );
    },
  ));

Deno.test("hidden files, links and other files are left out, other files counted", () =>
  withFiles([
    "web/mug/a.jpg",
    "web/pen/a.jpg",
    "web/pen/.b.jpg",
    ".git/pen/a.jpg",
    "notes.txt",
    "web/pen/Thumbs.db",
  ], async (at) => {
    await Deno.symlink(`${at}/web/mug/a.jpg`, `${at}/web/mug/link.jpg`);
    await Deno.symlink(`${at}/web`, `${at}/again`);
    const source = await folderSource(at);
    assertEquals(source.domains, ["web"]);
    assertEquals(source.entries.map((entry) => entry.id), [
      "web/mug/a.jpg",
      "web/pen/a.jpg",
    ]);
    assertStringIncludes(
      source.warnings.join(),
      "not images by their names, ignored: 2",
    );
  }));

Deno.test("a link to a data folder is followed when it is the folder asked for", () =>
  withFiles(["data/mug/a.jpg", "data/pen/a.jpg"], async (at) => {
    await Deno.symlink(`${at}/data`, `${at}/link`);
    assertEquals((await folderSource(`${at}/link`)).entries.length, 2);
  }));

Deno.test("names sort by code unit, the same in every locale", () =>
  withFiles([
    "d/Z/a.jpg",
    "d/a/10.jpg",
    "d/a/9.jpg",
    "d/ä/a.jpg",
    "d/a b/a.jpg",
  ], async (at) => {
    const source = await folderSource(at);
    assertEquals(source.items, ["Z", "a", "a b", "ä"]);
    assertEquals(source.entries.map((entry) => entry.id.slice(2)), [
      "Z/a.jpg",
      "a/10.jpg",
      "a/9.jpg",
      "a b/a.jpg",
      "ä/a.jpg",
    ]);
  }));

Deno.test("few images and strong imbalance are warned of by name", () => {
  const paths = Array.from({ length: 41 }, (_, i) => `web/mug/${i}.jpg`);
  return withFiles([
    ...paths,
    ...["b", "c", "d", "e", "f", "g"].map((item) => `web/${item}/1.jpg`),
  ], async (at) => {
    const { warnings } = await folderSource(at);
    assertEquals(warnings.slice(0, 2), [
      "Fewer than 5 images of b, c, d, e, f and 1 more.",
      "Unbalanced: 41 images of mug, 1 of b.",
    ]);
  });
});

Deno.test("a balanced folder with two domains has no warnings", () => {
  const paths = ["web", "cam"].flatMap((domain) =>
    ["mug", "pen"].flatMap((item) =>
      Array.from({ length: 5 }, (_, i) => `${domain}/${item}/${i}.jpg`)
    )
  );
  return withFiles(
    paths,
    async (at) => assertEquals((await folderSource(at)).warnings, []),
  );
});

Deno.test("a folder that is missing, or is a file, is refused", () =>
  withFiles(["data/mug/a.jpg"], async (at) => {
    await assertRejects(
      () => folderSource(`${at}/none`),
      DataError,
      "found nothing there",
    );
    await assertRejects(
      () => folderSource(`${at}/data/mug/a.jpg`),
      DataError,
      "found a file",
    );
  }));

Deno.test("an empty folder is refused with the expected layout", () =>
  rejectsWith(
    [],
    "expected DIR/<domain>/<item>/*.{jpg,jpeg,jfif,png,webp,gif}, found 0 files",
  ));

Deno.test("images in no item's folder are refused and counted", () =>
  rejectsWith(
    ["a.jpg", "b.png", "c.txt"],
    "found 3 files, 2 of them images, none in an item",
  ));

Deno.test("a single item is refused, unless one is enough", async () => {
  const paths = ["web/mug/a.jpg", "cam/mug/a.jpg"];
  await rejectsWith(paths, 'found only "mug"');
  await withFiles(paths, async (at) => {
    assertEquals((await folderSource(at, { leastItems: 1 })).items, ["mug"]);
  });
});

Deno.test({
  name: "a folder that may not be read is refused",
  permissions: { read: false },
  fn: async () => {
    await assertRejects(
      () => folderSource("."),
      DataError,
      'Cannot read the folder "."',
    );
  },
});

const office = shared("office31");
Deno.test({
  name: "Office-31 has 3 domains and 31 items",
  ignore: office === undefined,
  async fn() {
    const source = await folderSource(office!.pathname);
    assertEquals(source.domains, ["amazon", "dslr", "webcam"]);
    assertEquals(source.items.length, 31);
    assertEquals(source.entries[0]!.id, "amazon/back_pack/frame_0001.jpg");
  },
});
