import { assertEquals, assertThrows } from "@std/assert";
import { ImageError } from "../../src/errors.ts";
import { checkImage, DEFAULT_LIMITS } from "../../src/image/limits.ts";
import { bytesOf, encodePng, gradient, integer, pngChunk } from "./fixtures.ts";

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

Deno.test("an image that claims to be huge is refused by its header alone", () => {
  const size = bytesOf(integer(0x7fffffff, 4), integer(0x7fffffff, 4));
  const bomb = bytesOf(
    "\x89PNG\r\n\x1a\n",
    pngChunk("IHDR", bytesOf(size, Uint8Array.of(8, 6, 0, 0, 0))),
  );
  const error = assertThrows(
    () => checkImage(bomb, DEFAULT_LIMITS),
    ImageError,
  );
  assertEquals(error.reason, "too-large");
});
