import { assert, assertEquals, assertRejects } from "@std/assert";
import { readRawPixels } from "../../src/data/raw_pixels.ts";
import { sketchSource } from "../../src/data/sketch_source.ts";
import { ImageError } from "../../src/errors.ts";

const ORIGINS = sketchSource(1).entries.slice(0, 3).map(({ origin }) => origin);

Deno.test("raw pixels are the planes of a square, one row per image", async () => {
  const progress: [number, number][] = [];
  const rows = await readRawPixels(ORIGINS, 20, {
    onProgress: (done, total) => void progress.push([done, total]),
  });
  assertEquals(rows.map(({ length }) => length), [1200, 1200, 1200]);
  assertEquals(progress, [[1, 3], [2, 3], [3, 3]]);
  assert(rows.every((row) => new Set(row).size > 10), "flat images");
  assert(rows[0]!.some((value, i) => value !== rows[1]![i]));
  assertEquals(await readRawPixels(ORIGINS, 20), rows);
});

Deno.test("a square of white pixels is white in all planes", async () => {
  const path = await Deno.makeTempFile({ suffix: ".gif" });
  try {
    // One white pixel.
    const gif = "R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=";
    await Deno.writeFile(path, Uint8Array.fromBase64(gif));
    const [row] = await readRawPixels([{ kind: "file", path }], 4);
    assertEquals([...row!], new Array(48).fill(255));
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("a file that is no image, and a size that is none, are refused", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "not an image");
    await assertRejects(
      () => readRawPixels([{ kind: "file", path }], 4),
      ImageError,
    );
  } finally {
    await Deno.remove(path);
  }
  await assertRejects(() => readRawPixels(ORIGINS, 3), RangeError);
});

Deno.test("reading stops when it is told to", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(
    () => readRawPixels(ORIGINS, 20, { signal }),
    Error,
    "enough",
  );
});
