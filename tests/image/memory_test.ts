import { assertEquals, assertRejects } from "@std/assert";
import { MemoryError } from "../../src/image/decoders/decoder.ts";
import { readImageHeader } from "../../src/image/header.ts";
import { memoryOf } from "../../src/image/limits.ts";
import {
  encodeGif,
  encodeJpeg,
  encodePng,
  encodeWebp,
  gradient,
} from "./fixtures.ts";

const PICTURE = gradient(1600, 1200);
/** A decoder of WebP starts with memory for more than that. */
const LARGER = gradient(2600, 1800);
const DECODERS = ["jpeg", "png", "webp", "gif"] as const;

/** The module of a decoder. */
const openerOf = {
  jpeg: () => import("../../src/image/decoders/jpeg.ts"),
  png: () => import("../../src/image/decoders/png.ts"),
  webp: () => import("../../src/image/decoders/webp.ts"),
  gif: () => import("../../src/image/decoders/gif.ts"),
};

const IMAGES = {
  jpeg: await encodeJpeg(PICTURE, { progressive: true }),
  png: encodePng(PICTURE),
  webp: await encodeWebp(LARGER, { method: 0 }),
  gif: encodeGif(PICTURE, { x: 0, y: 0, width: 1600, height: 1200, gray: 8 }),
};

for (const type of DECODERS) {
  Deno.test(`a ${type} decoder that asks for more than it may have is stopped`, async () => {
    const { open } = await openerOf[type]();
    const decode = await open();
    await assertRejects(async () => {
      await decode(IMAGES[type], () => {}, 2_000_000);
    }, type === "gif" ? Error : MemoryError);
    const header = readImageHeader(IMAGES[type]);
    let pixels = 0;
    const enough = memoryOf(header, IMAGES[type].length);
    await decode(IMAGES[type], ({ data }) => pixels = data.length / 4, enough);
    assertEquals(pixels, header.width * header.height);
  });
}
