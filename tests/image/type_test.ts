import { assertEquals } from "@std/assert";
import { imageTypeOf } from "../../src/image/type.ts";
import { bytesOf } from "./fixtures.ts";

Deno.test("the type of an image is told by its first bytes", () => {
  assertEquals(imageTypeOf(bytesOf("\xff\xd8\xff\xe0")), "jpeg");
  assertEquals(imageTypeOf(bytesOf("\x89PNG\r\n\x1a\n")), "png");
  assertEquals(imageTypeOf(bytesOf("RIFF\0\0\0\0WEBPVP8 ")), "webp");
  assertEquals(imageTypeOf(bytesOf("GIF87a")), "gif");
  assertEquals(imageTypeOf(bytesOf("GIF89a")), "gif");
});

Deno.test("what is not one of the four types has no type", () => {
  const others = [
    "",
    "\xff\xd8",
    "\x89PNG\n\x1a\n",
    "RIFF\0\0\0\0WAVEfmt ",
    "GIF88a",
    "BM",
    "<svg",
  ];
  for (const text of others) {
    assertEquals(imageTypeOf(bytesOf(text)), undefined, text);
  }
});
