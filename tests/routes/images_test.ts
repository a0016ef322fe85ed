import { assertEquals, assertRejects } from "@std/assert";
import { describeImages } from "../../routes/images.ts";
import { ImageError } from "../../src/errors.ts";
import type { ImageHeader } from "../../src/image/header.ts";
import type { Service } from "../../src/service/service.ts";

Deno.test("an image that cannot be decoded is told of when no other of its request waits any more", async () => {
  const second = Promise.withResolvers<Uint8Array>();
  const header: ImageHeader = {
    type: "png",
    width: 1,
    height: 1,
    orientation: 1,
  };
  const service = {
    check: () => header,
    describe: ([byte]: Uint8Array) =>
      byte === 1
        ? Promise.reject(new ImageError("malformed", "damaged"))
        : second.promise,
  } as unknown as Service;
  const fields = [1, 2].map((byte) => ({
    path: `image[${byte - 1}]`,
    value: Uint8Array.of(byte),
  }));
  let over = false;
  const describing = assertRejects(
    () => describeImages(service, fields, { pixels: 10 }, { patient: false }),
    Error,
    "damaged",
  ).finally(() => over = true);
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(over, false);
  second.resolve(new Uint8Array());
  await describing;
});
