/**
 * PNG by the WebAssembly decoder of `imagescript`. The package's main module
 * loads a native addon; this part of it does not.
 *
 * @module
 */

import png from "imagescript/wasm/node/png.js";
import type { Pixels } from "./decoder.ts";

await png.init(); // compiles; a failure here is the installation's, not the image's

/** Decodes a PNG file of any colour type and bit depth to eight bits. */
export function decode(bytes: Uint8Array): Pixels {
  // An instance of its own for every image (0.04 ms, measured by tests/bench/image_bench.ts):
  // its memory never shrinks, and a trap cannot spoil the next one.
  const { width, height, framebuffer } = png.new().decode(bytes);
  return { width, height, data: framebuffer };
}
