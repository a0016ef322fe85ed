/**
 * WebP by libwebp (the `@jsquash/webp` package).
 *
 * @module
 */

import factory from "@jsquash/webp/codec/dec/webp_dec.js";
import type { Decoder } from "./decoder.ts";
import { Codec, type Factory } from "./emscripten.ts";
import { compileModule } from "./module.ts";

const codec = new Codec(
  factory as unknown as Factory,
  await compileModule("@jsquash/webp/codec/dec/webp_dec.wasm"),
);

/** Decodes a WebP file that is not an animation. */
export const decode: Decoder = (bytes, take) => codec.decode(bytes, take);
