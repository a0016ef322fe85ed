/**
 * WebP by libwebp (the `@jsquash/webp` package).
 *
 * Its libwebp is 1.1.0 of 2020, older than the fix of CVE-2023-4863, and no package
 * with a newer one is small and kept (SECURITY.md). What that flaw lets an image
 * do, write behind a table, stays inside of the instance's own memory: every
 * image has an instance of its own, and embind.ts leaves it nothing to call.
 *
 * @module
 */

import "@jsquash/webp/package.json" with { type: "json" };
import { closedWebp, readWebpFrame } from "../header/webp.ts";
import { placed } from "./canvas.ts";
import { Codec } from "./codec.ts";
import type { Decoder } from "./decoder.ts";
import { Embind, type Names } from "./embind.ts";
import { compileModule } from "./module.ts";

/** The names of the module's imports and exports, in the version that deno.json pins. */
export const LIBWEBP: Names = {
  letters: "abcdefghijklmnopqr",
  imports: {
    register: "c",
    value: "e",
    construct: "h",
    copy: "q",
    grow: "p",
    throw: "n",
    abort: "j",
  },
  memory: "s",
  start: "t",
  allocate: "u",
  free: "v",
  table: "y",
  null: 2,
  countAt: 1,
  pixelTypes: 1,
};

/** Makes a decoder of WebP files; of an animation, its first frame on a transparent canvas. */
export async function open(): Promise<Decoder> {
  const module = await compileModule("@jsquash/webp/codec/dec/webp_dec.wasm");
  const codec = new Codec((host) => new Embind(module, LIBWEBP, host), {
    reuse: false,
  });
  return (bytes, take, memory) => {
    const frame = readWebpFrame(bytes);
    if (frame === undefined) {
      return codec.decode(closedWebp(bytes), take, memory);
    }
    return codec.decode(
      frame.webp,
      (pixels) => take(placed(pixels, frame)),
      memory,
    );
  };
}
