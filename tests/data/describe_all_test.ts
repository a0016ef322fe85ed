import {
  assert,
  assertEquals,
  assertLess,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import type { Dataset } from "../../src/data/dataset.ts";
import {
  describeAll,
  type DescribeOptions,
} from "../../src/data/describe_all.ts";
import { DescribeClient } from "../../src/data/describe_client.ts";
import { folderSource } from "../../src/data/folder.ts";
import { sketchSource } from "../../src/data/sketch_source.ts";
import type { Source } from "../../src/data/source.ts";
import { viewOf } from "../../src/data/views.ts";
import { kindOf } from "../../src/heads/kinds.ts";
import type { Examples } from "../../src/model/examples.ts";
import { DataError } from "../../src/errors.ts";
import { decodeImage } from "../../src/image/decode.ts";
import {
  allocateDescriber,
  describe,
  descriptorLength,
  PREPROCESSING,
} from "../../src/image/descriptor.ts";
import { createArena } from "../../src/kernels/arena.ts";
import { randomPng, withFolder } from "./images.ts";

/** 2 domains × 3 items × 4 images, all different. */
function images(): Record<string, Uint8Array> {
  const names = ["cam", "web"].flatMap((domain) =>
    ["mug", "pen", "ruler"].flatMap((item) =>
      [0, 1, 2, 3].map((i) => `data/${domain}/${item}/${i}.png`)
    )
  );
  return Object.fromEntries(names.map((name, seed) => [name, randomPng(seed)]));
}

/** Describes the images below `at`, into a cache beside them. */
async function describeFolder(
  at: string,
  options: DescribeOptions = {},
): Promise<Dataset> {
  const source = await folderSource(`${at}/data`);
  return await describeAll(source, {
    cache: `${at}/cache`,
    views: 3,
    workers: 2,
    ...options,
  });
}

/** The labels of a row as people read them. */
function labelsOf({ heads, labelOf }: Examples, row: number) {
  return heads.map((head, h) => kindOf(head).show(head, labelOf(row, h)));
}

/** The classes of the head of this name. */
function classesOf({ examples }: Dataset, name: string) {
  const head = examples.heads.find((head) => head.name === name);
  return head && kindOf(head).groups(head);
}

/** All that can be read from a dataset. */
function everything(dataset: Dataset) {
  const { examples } = dataset;
  const rows = Array.from({ length: examples.length }, (_, row) => ({
    id: dataset.idOf(row),
    labels: labelsOf(examples, row),
    views: Array.from({ length: examples.views }, (_, view) => {
      const out = new Uint8Array(examples.inputs);
      examples.read(row, view, out);
      return out.toHex();
    }),
  }));
  return {
    rows,
    hash: examples.hash,
    skipped: dataset.skipped,
    warnings: dataset.warnings,
  };
}

async function described(at: string, options: DescribeOptions = {}) {
  using dataset = await describeFolder(at, options);
  return everything(dataset);
}

async function packOf(folder: string): Promise<string> {
  for await (const { name } of Deno.readDir(folder)) return `${folder}/${name}`;
  throw new Error("no file in the cache");
}

function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return crypto.subtle.digest("SHA-256", bytes).then((hash) =>
    new Uint8Array(hash).toHex()
  );
}

Deno.test("each row has its labels and the descriptors of its image's views", () =>
  withFolder(images(), async (at) => {
    const { kernels, views } = await createArena((allocate) =>
      allocateDescriber(allocate, PREPROCESSING)
    );
    const { rows } = await described(at);
    assertEquals(rows.length, 24);
    for (const row of rows) {
      assertEquals(
        row.id.slice(0, row.id.lastIndexOf("/")),
        row.labels.join("/"),
      );
      const bytes = await Deno.readFile(`${at}/data/${row.id}`);
      const { header, pixels } = await decodeImage(bytes);
      const hash = await sha256Of(bytes);
      const out = new Uint8Array(descriptorLength(PREPROCESSING));
      row.views.forEach((hex, index) => {
        describe(
          kernels,
          views,
          PREPROCESSING,
          header,
          pixels,
          viewOf(hash, index),
          out,
        );
        assertEquals(hex, out.toHex());
      });
    }
  }));

Deno.test("the number of workers does not change a byte", () =>
  withFolder(images(), async (at) => {
    const one = await described(at, { workers: 1, cache: `${at}/one` });
    assertEquals(await described(at, { workers: 2, cache: `${at}/two` }), one);
    assertEquals(await described(at, { workers: 5, cache: `${at}/five` }), one);
  }));

Deno.test("a second run finds everything in the cache and leaves it as it is", () =>
  withFolder(images(), async (at) => {
    const first = await described(at);
    const pack = await packOf(`${at}/cache`);
    const bytes = await Deno.readFile(pack);
    assertEquals(await described(at), first);
    assertEquals(await Deno.readFile(pack), bytes);
  }));

Deno.test("only images that are new are described, wherever they lie", () =>
  withFolder(images(), async (at) => {
    await described(at);
    const pack = await packOf(`${at}/cache`);
    const { size } = await Deno.stat(pack);
    await Deno.rename(
      `${at}/data/cam/mug/0.png`,
      `${at}/data/cam/mug/moved.png`,
    );
    await Deno.writeFile(`${at}/data/cam/mug/new.png`, randomPng(99));
    assertEquals((await described(at)).rows.length, 25);
    const record = (size - 64) / 24;
    assertEquals((await Deno.stat(pack)).size, size + record);
  }));

Deno.test("a damaged entry is described again", () =>
  withFolder(images(), async (at) => {
    const first = await described(at);
    const pack = await packOf(`${at}/cache`);
    const bytes = await Deno.readFile(pack);
    const damaged = bytes.slice();
    damaged[damaged.length >> 1]! ^= 0xff;
    await Deno.writeFile(pack, damaged);
    assertEquals(await described(at), first);
    assertEquals(await Deno.readFile(pack), bytes);
  }));

Deno.test("other views or another preprocessing do not share a cache", () =>
  withFolder(images(), async (at) => {
    await described(at);
    const preprocessing = { ...PREPROCESSING, gradientScale: 1000 };
    using other = await describeFolder(at, { preprocessing });
    assertEquals(other.examples.preprocessing, preprocessing);
    using fewer = await describeFolder(at, { views: 1 });
    assertEquals(fewer.examples.views, 1);
    assertEquals([...Deno.readDirSync(`${at}/cache`)].length, 3);
  }));

Deno.test("an image that cannot be used is named and skipped", () =>
  withFolder({
    ...images(),
    "data/cam/mug/4.png": randomPng(50).subarray(0, 60),
    "data/web/pen/4.jpg": new TextEncoder().encode("no image"),
    "data/web/pen/5.gif": new Uint8Array(),
  }, async (at) => {
    const progress: number[] = [];
    const { rows, skipped } = await described(at, {
      onProgress: (done) => progress.push(done),
    });
    assertEquals(rows.length, 24);
    assertEquals(skipped.map(({ id }) => id), [
      "cam/mug/4.png",
      "web/pen/4.jpg",
      "web/pen/5.gif",
    ]);
    for (const { reason } of skipped) assertNotEquals(reason, "");
    assertEquals(progress, Array.from({ length: 27 }, (_, i) => i + 1));
  }));

Deno.test("an image that is gone since it was found is skipped", () =>
  withFolder(images(), async (at) => {
    const source = await folderSource(`${at}/data`);
    await Deno.remove(`${at}/data/web/mug/2.png`);
    using dataset = await describeAll(source, {
      cache: `${at}/cache`,
      views: 1,
      workers: 1,
    });
    assertEquals(dataset.examples.length, 23);
    assertEquals(dataset.skipped.map(({ id }) => id), ["web/mug/2.png"]);
  }));

Deno.test("where strictness is asked for, one unusable image is an error that names it", () =>
  withFolder(
    { ...images(), "data/cam/mug/4.png": new Uint8Array(9) },
    async (at) => {
      await assertRejects(
        () => describeFolder(at, { strict: true }),
        DataError,
        'Cannot use "cam/mug/4.png": ',
      );
    },
  ));

Deno.test("labels without a usable image are dropped", () =>
  withFolder(
    { ...images(), "data/attic/lamp/0.png": new Uint8Array(9) },
    async (at) => {
      using dataset = await describeFolder(at);
      assertEquals(classesOf(dataset, "domain"), ["cam", "web"]);
      assertEquals(classesOf(dataset, "item"), ["mug", "pen", "ruler"]);
      assertEquals(labelsOf(dataset.examples, 23), ["web", "ruler"]);
      assertEquals(dataset.warnings.slice(0, 4), [
        "Images that could not be used: attic/lamp/0.png.",
        "Folders of which no image could be used: attic/lamp.",
        "No usable image of domain attic: left out.",
        "No usable image of item lamp: left out.",
      ]);
      using measured = await describeFolder(at, { forTraining: false });
      assertEquals(measured.warnings, [
        "Images that could not be used: attic/lamp/0.png.",
        "Folders of which no image could be used: attic/lamp.",
      ]);
    },
  ));

Deno.test("usable images that leave nothing to learn are an error that says why", () =>
  withFolder(
    {
      "data/web/mug/0.png": randomPng(1),
      "data/web/pen/0.png": new Uint8Array(9),
    },
    async (at) => {
      await assertRejects(
        () => describeFolder(at),
        DataError,
        "expected usable ones whose labels differ, got 1 with the same labels; " +
          '1 could not be used, the first is "web/pen/0.png": ',
      );
      using dataset = await describeFolder(at, { forTraining: false });
      assertEquals(classesOf(dataset, "item"), ["mug"]);
    },
  ));

Deno.test("the dataset's hash follows content and labels, not names or order", () =>
  withFolder(images(), async (at) => {
    const { hash } = await described(at);
    await Deno.rename(`${at}/data/cam/mug/0.png`, `${at}/data/cam/mug/z.png`);
    assertEquals((await described(at)).hash, hash);
    await Deno.rename(`${at}/data/cam/mug/z.png`, `${at}/data/cam/pen/z.png`);
    assertNotEquals((await described(at)).hash, hash);
  }));

Deno.test("copies are warned of, the more so under two labels", () =>
  withFolder(
    {
      ...images(),
      "data/cam/mug/9.png": randomPng(0),
      "data/web/pen/9.png": randomPng(0),
    },
    async (at) => {
      const { warnings, rows } = await described(at);
      assertEquals(rows.length, 26);
      assertEquals(warnings.slice(-2), [
        'Copies of other images: 2, the first is "cam/mug/9.png" of "cam/mug/0.png". ' +
        "Some may be in training and test.",
        'One image has both domain cam and web: "cam/mug/0.png" and "web/pen/9.png".',
      ]);
    },
  ));

Deno.test("an abort stops at once and leaves whole entries for the next run", () =>
  withFolder(images(), async (at) => {
    const controller = new AbortController();
    const reason = new Error("enough");
    let last = 0;
    const onProgress = (done: number) => {
      last = done;
      if (done === 5) controller.abort(reason);
    };
    const error = await assertRejects(() =>
      describeFolder(at, { signal: controller.signal, onProgress })
    );
    assertEquals(error, reason);
    assertLess(last, 12);
    const { size } = await Deno.stat(await packOf(`${at}/cache`));
    const record = 64 + 3 * descriptorLength(PREPROCESSING);
    assertEquals((size - 64) % record, 0);
    assert(size >= 64 + 5 * record);
    assertEquals(
      await described(at),
      await described(at, { cache: `${at}/fresh` }),
    );
  }));

Deno.test("an abort before the start does nothing", () =>
  withFolder(images(), async (at) => {
    await assertRejects(() =>
      describeFolder(at, { signal: AbortSignal.abort() })
    );
    await assertRejects(() => Deno.stat(`${at}/cache`), Deno.errors.NotFound);
  }));

Deno.test("no views and no workers are refused", async () => {
  for (const options of [{ views: 0 }, { workers: 0 }]) {
    await assertRejects(
      () => describeAll(sketchSource(1), options),
      RangeError,
      "expected at least one view and one worker",
    );
  }
});

Deno.test("three hundred items of one image each", () => {
  const files = Array.from(
    { length: 300 },
    (_, i): [string, Uint8Array] => [`data/item${i}/0.png`, randomPng(i, 4)],
  );
  return withFolder(Object.fromEntries(files), async (at) => {
    using dataset = await describeFolder(at, { views: 1 });
    assertEquals(dataset.examples.length, 300);
    assertEquals(classesOf(dataset, "item")?.length, 300);
    assertEquals(labelsOf(dataset.examples, 299), ["item99"]);
  });
});

Deno.test("sketches are described like photographs", () =>
  withFolder({}, async (at) => {
    const whole = sketchSource(1);
    const few: Source = { ...whole, entries: whole.entries.slice(29, 34) };
    using dataset = await describeAll(few, { cache: at, views: 2, workers: 2 });
    assertEquals(classesOf(dataset, "domain"), ["amazon", "dslr"]);
    assertEquals(dataset.idOf(0), "sketch/amazon/tape_dispenser/0");
    assertEquals(
      new Set(everything(dataset).rows.map((row) => row.views[0])).size,
      5,
    );
  }));

Deno.test("what is not in the dataset cannot be read", () =>
  withFolder(images(), async (at) => {
    using dataset = await describeFolder(at);
    const out = new Uint8Array(dataset.examples.inputs);
    for (
      const [row, view, into] of [[24, 0, out], [-1, 0, out], [0, 3, out], [
        0,
        -1,
        out,
      ], [
        0,
        0,
        out.subarray(1),
      ]] as const
    ) {
      await assertRejects(
        async () => await dataset.examples.read(row, view, into),
        RangeError,
      );
    }
  }));

Deno.test({
  name: "a worker that crashes is an error, not the end of the program",
  permissions: { read: false }, // the worker cannot even load its own modules
  fn: async () => {
    using describer = new DescribeClient();
    const crash = () => describer.start(PREPROCESSING, 1);
    await assertRejects(crash, Error, "a worker crashed");
    await assertRejects(crash, Error, "a worker crashed");
  },
});

Deno.test("a worker that fails says what went wrong", async () => {
  using describer = new DescribeClient();
  await assertRejects(
    () => describer.start({ ...PREPROCESSING, name: "unheard-of" }, 1),
    Error,
    "a worker failed: RangeError: Cannot describe images",
  );
});
