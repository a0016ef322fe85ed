/**
 * GIF by the WebAssembly decoder in `imagescript`, loaded as in png.ts.
 *
 * @module
 */

import "imagescript/package.json" with { type: "json" };
import { readGifLayout } from "../header/gif.ts";
import { placed } from "./canvas.ts";
import type { Decoder } from "./decoder.ts";
import { tidyGif } from "./gif_tidy.ts";
import { type ModuleDecoder, openModule } from "./module.ts";

/** The module's exports; a pointer is a byte offset into its memory. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  walloc(bytes: number): number;
  /** A decoder, or 0. A memory limit of 0 is none. */
  decoder_new(pointer: number, bytes: number, memoryLimit: number): number;
  /** The next image; 0 if it cannot be decoded, 1 if there is none. */
  decoder_frame(decoder: number): number;
  decoder_frame_width(frame: number): number;
  decoder_frame_height(frame: number): number;
  /** RGBA. */
  decoder_frame_buffer(frame: number): number;
}

/** Makes a decoder of GIF files: their first image, on a transparent screen. */
export function open(): Promise<Decoder> {
  return openModule("imagescript/wasm/any/gif.wasm", decode);
}

const decode: ModuleDecoder = (module, image, take, memory) => {
  const layout = readGifLayout(image)!; // it was checked
  const bytes = tidyGif(image);
  const instance = new WebAssembly.Instance(module, {
    env: { push_to_stream() {} },
  });
  const gif = instance.exports as unknown as Exports;
  const input = gif.walloc(bytes.length);
  new Uint8Array(gif.memory.buffer).set(bytes, input);
  const decoder = gif.decoder_new(input, bytes.length, memory);
  const frame = decoder === 0 ? 0 : gif.decoder_frame(decoder);
  if (frame === 0 || frame === 1) throw new Error("no image");
  const [width, height] = [
    gif.decoder_frame_width(frame),
    gif.decoder_frame_height(frame),
  ];
  const data = new Uint8Array(
    gif.memory.buffer,
    gif.decoder_frame_buffer(frame),
    width * height * 4,
  );
  take(placed({ width, height, data }, layout));
};
