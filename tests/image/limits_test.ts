import { assert, assertEquals, assertThrows } from "@std/assert";
import { ImageError } from "../../src/errors.ts";
import {
  checkImage,
  COMMAND_LIMITS,
  DEFAULT_LIMITS,
} from "../../src/image/limits.ts";
import {
  bytesOf,
  encodeGif,
  encodeJpeg,
  encodePng,
  gradient,
  integer,
  pngChunk,
} from "./fixtures.ts";

const PNG = encodePng(gradient(30, 20));

Deno.test("an image just at both limits is let through", () => {
  const header = checkImage(PNG, { bytes: PNG.length, pixels: 600 });
  assertEquals([header.width, header.height], [30, 20]);
});

Deno.test("an image over either limit is refused as too large", () => {
  const limits = [{ bytes: PNG.length - 1, pixels: 600 }, {
    bytes: PNG.length,
    pixels: 599,
  }];
  for (const limit of limits) {
    const error = assertThrows(
      () => checkImage(PNG, limit),
      ImageError,
      "expected at most",
    );
    assertEquals(error.reason, "too-large");
  }
});

/** A PNG's header, and nothing behind it. */
function pngOfSize(
  width: number,
  height: number,
  { bits, colorType }: { bits: number; colorType: number },
): Uint8Array {
  return bytesOf(
    "\x89PNG\r\n\x1a\n",
    pngChunk(
      "IHDR",
      bytesOf(
        integer(width, 4),
        integer(height, 4),
        Uint8Array.of(bits, colorType, 0, 0, 0),
      ),
    ),
  );
}

Deno.test("an image that claims to be huge is refused by its header alone", () => {
  const bomb = pngOfSize(0x7fffffff, 0x7fffffff, { bits: 8, colorType: 6 });
  const error = assertThrows(
    () => checkImage(bomb, DEFAULT_LIMITS),
    ImageError,
  );
  assertEquals(error.reason, "too-large");
});

Deno.test("an image over the limit of pixels is told of the setting, and a photograph of a phone is not", () => {
  const sized = (width: number, height: number) =>
    pngOfSize(width, height, { bits: 8, colorType: 6 });
  assertEquals(checkImage(sized(5712, 4284)).width, 5712);
  assertThrows(() => checkImage(sized(6000, 5000)), ImageError, "MAX_PIXELS");
  assertEquals(checkImage(sized(6000, 5000), COMMAND_LIMITS).width, 6000);
  // Commands have no such setting.
  assertThrows(
    () => checkImage(sized(8000, 7000), COMMAND_LIMITS),
    ImageError,
    "expected at most 50000000 pixels, got 8000×7000",
  );
});

Deno.test("an image in inks may have a third of the pixels, and is told so before it is decoded", async () => {
  const cmyk = await Deno.readFile(
    new URL("./fixtures/cmyk.jpg", import.meta.url),
  );
  const sized = (width: number, height: number) => {
    const jpeg = cmyk.slice();
    const frame = jpeg.findIndex((byte, at) =>
      byte === 0xff && jpeg[at + 1] === 0xc0
    );
    jpeg.set(bytesOf(integer(height, 2), integer(width, 2)), frame + 5);
    return jpeg;
  };
  assertEquals(checkImage(sized(3000, 2700)).width, 3000);
  const error = assertThrows(
    () => checkImage(sized(3000, 2800)),
    ImageError,
    "at most 8333333 pixels in CMYK",
  );
  assertEquals(error.reason, "too-large");
});

Deno.test("a PNG of 16 bits a channel may have half of the pixels, and is told so before it is decoded", () => {
  const sized = (width: number, height: number) =>
    pngOfSize(width, height, { bits: 16, colorType: 2 });
  assertEquals(checkImage(sized(5000, 2500)).width, 5000);
  const error = assertThrows(
    () => checkImage(sized(5000, 2501)),
    ImageError,
    "at most 12500000 pixels with 16 bits a channel",
  );
  assertEquals(error.reason, "too-large");
});

Deno.test("the scans of a JPEG are bounded by its pixels, and at a hundred", async () => {
  const jpeg = await encodeJpeg(gradient(100, 100), { progressive: true });
  const own = checkImage(jpeg).passes!;
  assert(own > 3 && own < 16);
  const repeated = (scans: number) =>
    bytesOf(jpeg, "\xff\xda".repeat(scans - own));
  const accept = (scans: number, pixels?: number) => {
    const limits = pixels === undefined ? undefined : { bytes: 1e6, pixels };
    assertEquals(checkImage(repeated(scans), limits).passes, scans);
    const error = assertThrows(
      () => checkImage(repeated(scans + 1), limits),
      ImageError,
      `${scans} scans`,
    );
    assertEquals(error.reason, "too-large");
  };
  accept(16, 10_000);
  accept(40, 25_000);
  accept(100, 100_000);
  accept(100);
});

Deno.test("segments and blocks without end, and what lies between them, are not walked through", async () => {
  const jpeg = await encodeJpeg(gradient(8, 8));
  const gif = encodeGif(
    { width: 8, height: 8 },
    { x: 0, y: 0, width: 8, height: 8, gray: 80 },
  );
  const into = (bytes: Uint8Array, at: number, text: string, times: number) =>
    bytesOf(bytes.subarray(0, at), text.repeat(times), bytes.subarray(at));
  const image = 13 + (3 << ((gif[10]! & 7) + 1)); // behind the palette
  const long = [
    (times: number) => into(jpeg, 2, "\xff\xfe\0\x02", times),
    (times: number) => into(jpeg, 2, "\xff\0", times),
    (times: number) => into(jpeg, 2, "\xff", times),
    (times: number) => into(gif, image, "!\xfe\x01a\0", times),
    (times: number) => into(gif, image, "!\xf9\x04\0\0\0\0\0", times),
  ];
  for (const of of long) {
    assertEquals(checkImage(of(9)).width, 8);
    const error = assertThrows(() => checkImage(of(100_000)), ImageError);
    assertEquals(error.reason, "malformed");
  }
  const chunk = String.fromCharCode(...pngChunk("teXt", bytesOf()));
  const late = into(PNG, PNG.length - 12, chunk, 100_000);
  assertEquals(checkImage(late).width, 30);
});
