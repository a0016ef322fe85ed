/**
 * The first picture of a GIF by the WebAssembly decoder of `imagescript`. The
 * package's main module loads a native addon; this part of it does not.
 *
 * @module
 */

import gif from "imagescript/wasm/node/gif.js";
import type { Pixels } from "./decoder.ts";

/** A picture that may be smaller than the screen it lies on. */
interface Frame extends Pixels {
  readonly x: number;
  readonly y: number;
}

await gif.init(); // compiles; a failure here is the installation's, not the image's

/** Decodes the first picture of a GIF file, on a transparent screen. */
export function decode(bytes: Uint8Array): Pixels {
  const decoder = new (gif.new().Decoder)(bytes); // a fresh instance: see png.ts
  const frame = decoder.frame();
  if (frame === null) throw new Error("no picture");
  const { x, y, width, height, buffer } = frame;
  return onScreen(decoder.width, decoder.height, {
    x,
    y,
    width,
    height,
    data: buffer,
  });
}

function onScreen(width: number, height: number, frame: Frame): Pixels {
  if (frame.width === width && frame.height === height) {
    return { width, height, data: frame.data };
  }
  const data = new Uint8Array(width * height * 4);
  const rowBytes = frame.width * 4;
  for (let row = 0; row < frame.height; row++) {
    const pixels = frame.data.subarray(row * rowBytes, (row + 1) * rowBytes);
    data.set(pixels, ((frame.y + row) * width + frame.x) * 4);
  }
  return { width, height, data };
}
