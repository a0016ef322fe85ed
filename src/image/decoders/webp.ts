/**
 * WebP by libwebp (the `@jsquash/webp` package).
 *
 * @module
 */

import factory from "@jsquash/webp/codec/dec/webp_dec.js";
import { Codec } from "./codec.ts";
import type { Decoder } from "./decoder.ts";
import { type Factory, load } from "./emscripten.ts";
import { compileModule } from "./module.ts";

/** Makes a decoder of WebP files that are not animations. */
export async function open(): Promise<Decoder> {
  const module = await compileModule("@jsquash/webp/codec/dec/webp_dec.wasm");
  const codec = new Codec((host) =>
    load(factory as unknown as Factory, module, host)
  );
  return (bytes, take) => codec.decode(bytes, take);
}
