import {
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { folderSource } from "../../src/data/folder.ts";
import type { Source, SourceEntry } from "../../src/data/source.ts";
import { DataError } from "../../src/errors.ts";
import { kindOf } from "../../src/heads/kinds.ts";
import { shared } from "../shared.ts";
import { withFolder } from "./images.ts";

/** Runs `use` in a temporary folder with empty files at `paths`. */
function withFiles(
  paths: string[],
  use: (directory: string) => Promise<void>,
): Promise<void> {
  const empty = paths.map((path) => [path, new Uint8Array()]);
  return withFolder(Object.fromEntries(empty), use);
}

/** The classes of every head, by its name. */
function classesOf({ heads }: Source) {
  return Object.fromEntries(
    heads.map((head) => [head.name, kindOf(head).groups(head)]),
  );
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
    const { heads, entries } = await folderSource(at);
    assertEquals(heads, [
      { name: "domain", kind: "classes", labels: ["cam", "web"] },
      { name: "item", kind: "classes", labels: ["mug", "pen"] },
    ]);
    assertEquals(entries, [
      entry("cam/pen/d.jpeg", 0, 1),
      entry("web/mug/a.JPG", 1, 0),
      entry("web/mug/b.png", 1, 0),
      entry("web/pen/c.webp", 1, 1),
    ]);
    function entry(id: string, ...labels: number[]): SourceEntry {
      return {
        id,
        labels,
        origin: { kind: "file", path: `${at}/${id}` },
      };
    }
  }));

Deno.test("Office-31's own images folder inside a domain is not an item", () =>
  withFiles(
    ["web/images/mug/a.jpg", "web/images/pen/a.jpg", "cam/mug/a.gif"],
    async (at) => {
      const source = await folderSource(at);
      assertEquals(classesOf(source).item, ["mug", "pen"]);
      assertEquals(source.entries.map((entry) => entry.id), [
        "cam/mug/a.gif",
        "web/images/mug/a.jpg",
        "web/images/pen/a.jpg",
      ]);
    },
  ));

for (const prefix of ["", "images/"]) {
  Deno.test(`item folders under "DIR/${prefix}" make one head`, () =>
    withFiles([`${prefix}mug/a.jpg`, `${prefix}pen/a.jpg`], async (at) => {
      const source = await folderSource(at);
      assertEquals(classesOf(source), { item: ["mug", "pen"] });
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

Deno.test("hidden files are left out, other files counted", () =>
  withFiles([
    "web/mug/a.jpg",
    "web/pen/a.jfif",
    "web/pen/.b.jpg",
    ".git/pen/a.jpg",
    "notes.txt",
    "web/pen/Thumbs.db",
  ], async (at) => {
    const source = await folderSource(at);
    assertEquals(classesOf(source).domain, ["web"]);
    assertEquals(source.entries.map((entry) => entry.id), [
      "web/mug/a.jpg",
      "web/pen/a.jfif",
    ]);
    assertEquals(source.warnings, [
      "Files that are not images by their names, ignored: 2.",
    ]);
  }));

Deno.test("a table that is not called labels.csv is named, with the flag for it", () =>
  withFiles(
    ["mug/a.jpg", "pen/a.jpg", "pen/sizes.csv", "Labels.csv", "train.TSV"],
    async (at) => {
      const { warnings } = await folderSource(at);
      assertEquals(warnings, [
        "Files that are not images by their names, ignored: 3.",
        "Tables that are not read: Labels.csv, train.TSV. If one has the labels, name it with --labels.",
      ]);
    },
  ));

Deno.test("an item that is a link is an item, and no image counts twice", () =>
  withFiles(
    ["elsewhere/mug/a.jpg", "data/pen/a.jpg", "data/pen/b.jpg"],
    async (at) => {
      await Deno.symlink(`${at}/elsewhere/mug`, `${at}/data/mug`);
      await Deno.symlink(`${at}/data/pen`, `${at}/data/pencil`);
      await Deno.symlink(`${at}/gone`, `${at}/data/ruler`);
      const source = await folderSource(`${at}/data`);
      assertEquals(classesOf(source), { item: ["mug", "pen"] });
      assertEquals(source.entries.length, 3);
      assertEquals(source.warnings, [
        "Links that lead nowhere, skipped: ruler.",
        "Links to what is listed in its own place, not followed: pencil.",
      ]);
    },
  ));

Deno.test("names are one in every Unicode form, and it is said", () =>
  withFiles(
    ["web/caf\u00e9/b.jpg", "cam/cafe\u0301/a.jpg", "web/pen/a.jpg"],
    async (at) => {
      const source = await folderSource(at);
      assertEquals(classesOf(source).item, ["caf\u00e9", "pen"]);
      assertEquals(source.entries.map(({ id }) => id), [
        "cam/caf\u00e9/a.jpg",
        "web/caf\u00e9/b.jpg",
        "web/pen/a.jpg",
      ]);
      for (const { origin } of source.entries) {
        await Deno.stat((origin as { path: string }).path);
      }
      assertEquals(source.warnings, [
        "Folders whose names differ only in their Unicode form, taken as one: caf\u00e9.",
      ]);
    },
  ));

/** Deno cannot make a name that is not UTF-8, and says it so when it finds one. */
const MANGLED: Deno.DirEntry = {
  name: "b\ufffd.jpg",
  isFile: true,
  isDirectory: false,
  isSymlink: false,
};

Deno.test("names that are not UTF-8 are skipped and named", () =>
  withFiles(
    ["mug/a.jpg", "pen/a.jpg", "pen/valid\ufffd.jpg"],
    async (at) => {
      const readDir = Deno.readDir;
      Deno.readDir = async function* (path) {
        yield* readDir(path);
        if (String(path).endsWith("pen")) yield MANGLED;
      };
      try {
        const { entries, warnings } = await folderSource(at);
        assertEquals(entries.length, 3);
        assertEquals(warnings, [
          "Names that are not UTF-8, skipped: pen/b\ufffd.jpg.",
        ]);
      } finally {
        Deno.readDir = readDir;
      }
    },
  ));

Deno.test("images that cannot be read are named with advice", async () => {
  await withFiles(
    ["mug/a.jpg", "pen/a.jpg", "pen/b.HEIC", "ruler/c.heic", "ruler/d.tif"],
    async (at) => {
      const { warnings } = await folderSource(at);
      assertEquals(warnings, [
        "Folders without an image to use: ruler.",
        "Images of types that cannot be read, ignored: 3 (.heic, .tif). Convert them to " +
        "JPEG or PNG, for example with ImageMagick: magick photo.heic photo.jpg.",
      ]);
    },
  );
  await rejectsWith(["mug/a.heic"], "Convert them to JPEG or PNG");
});

Deno.test("folders that give no image are named, of nested ones the outermost", () =>
  withFiles(
    ["web/mug/a.jpg", "web/pen/a.jpg", "web/lamp/notes.txt"],
    async (at) => {
      await Deno.mkdir(`${at}/attic/mug/deep`, { recursive: true });
      const { warnings } = await folderSource(at);
      assertEquals(
        warnings[0],
        "Folders without an image to use: attic, web/lamp.",
      );
    },
  ));

Deno.test("parts of a split above the items are warned of", () =>
  withFiles(
    ["train/mug/a.jpg", "Val/pen/a.jpg", "web/pen/a.jpg"],
    async (at) => {
      const { warnings } = await folderSource(at);
      assertEquals(warnings, [
        "Val, train above the items: taken for domains, though named like the parts of a " +
        "split. If they are, put their items' folders together and choose the parts with --split.",
      ]);
    },
  ));

Deno.test("parts of a split below the items, or without items, are warned of", async () => {
  const layouts = [
    ["mug/train/a.jpg", "mug/test/a.jpg", "pen/train/a.jpg"],
    ["train/a.jpg", "test/a.jpg"],
  ];
  for (const layout of layouts) {
    await withFiles(layout, async (at) => {
      const { warnings } = await folderSource(at);
      assertEquals(warnings, [
        "test, train above the images: taken for items, though named like the parts of a " +
        "split. If they are, put the images of an item into one folder of its name and " +
        "choose the parts with --split.",
      ]);
    });
  }
  await withFiles(["test/a.jpg", "pen/a.jpg"], async (at) => {
    assertEquals((await folderSource(at)).warnings, []);
  });
});

Deno.test("parts of a split are known by the names that people give them", () =>
  withFiles(
    [
      "train_set/mug/a.jpg",
      "fold 1/pen/a.jpg",
      "holdout/pen/a.jpg",
      "fold/pen/a.jpg",
    ],
    async (at) => {
      const { warnings } = await folderSource(at);
      assertMatch(warnings[0]!, /^fold 1, holdout, train_set above the items/);
    },
  ));

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
    assertEquals(classesOf(source).item, ["Z", "a", "a b", "ä"]);
    assertEquals(source.entries.map((entry) => entry.id.slice(2)), [
      "Z/a.jpg",
      "a/10.jpg",
      "a/9.jpg",
      "a b/a.jpg",
      "ä/a.jpg",
    ]);
  }));

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
    "expected DIR/<item>/*.{jpg,jpeg,jfif,png,webp,gif} or DIR/<domain>/<item>/*, found 0 files",
  ));

Deno.test("images in no item's folder are refused and counted", () =>
  rejectsWith(
    ["a.jpg", "b.png", "c.txt"],
    "found 3 files, 2 of them images, none in an item",
  ));

Deno.test("a folder whose images lie too deep, or not deep enough, is told where they are", async () => {
  await rejectsWith(
    ["a/b/c/mug/1.jpg", "a/b/c/pen/1.jpg", "a/b/d/2/x/1.jpg"],
    "found 3 files, 3 of them images, none in an item's folder. Most of them are in folders of \"",
  );
  await rejectsWith(
    ["a/b/c/mug/1.jpg", "notes.txt"],
    '/a/b/c": name that one.',
  );
  await rejectsWith(
    ["1.jpg", "2.jpg"],
    "If the folder is itself an item's, name the one above it.",
  );
});

Deno.test("a single item is refused, unless one is enough", async () => {
  const paths = ["web/mug/a.jpg", "cam/mug/a.jpg"];
  await rejectsWith(paths, 'found only "mug"');
  await withFiles(paths, async (at) => {
    const source = await folderSource(at, { forTraining: false });
    assertEquals(classesOf(source).item, ["mug"]);
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
    const { domain, item } = classesOf(source);
    assertEquals(domain, ["amazon", "dslr", "webcam"]);
    assertEquals(item?.length, 31);
    assertEquals(source.entries[0]!.id, "amazon/back_pack/frame_0001.jpg");
  },
});
