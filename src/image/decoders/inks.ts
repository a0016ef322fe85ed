/**
 * JPEG in CMYK or YCCK, by the WebAssembly decoder in `imagescript`, loaded as in png.ts:
 * mozjpeg as built for `@jsquash/jpeg` cannot convert these to RGB.
 *
 * @module
 */

import "imagescript/package.json" with { type: "json" };
import { segmentsOf } from "../header/jpeg.ts";
import { startsWith } from "../type.ts";
import type { Decoder } from "./decoder.ts";
import { joined } from "./jpeg_tidy.ts";
import { type ModuleDecoder, openModule } from "./module.ts";

/** The module's exports; a pointer is a byte offset into its memory. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  walloc(bytes: number): number;
  /**
   * Decodes, at a smaller scale where a width and height are given.
   *
   * @returns An image; 0 if it cannot be decoded, 1 if not at that scale.
   */
  decode(pointer: number, bytes: number, width: number, height: number): number;
  decode_width(image: number): number;
  decode_height(image: number): number;
  decode_format(image: number): number;
  /** The values, interleaved. */
  decode_buffer(image: number): number;
}

/** The format of four inks: C, M, Y and K, 255 for all of an ink. */
const INKS = 2;
const START_BYTES = 2;
const APP14 = 0xee;
/** Adobe's segment: no transform of the colours. */
const ADOBE = "\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0";
const END_OF_IMAGE = "\xff\xd9";

/**
 * Makes a decoder to RGBA. Inks are taken to be stored inverted, 255 for none, as
 * Adobe's programs write them and browsers read them, whether the file says so or not.
 */
export function open(): Promise<Decoder> {
  return openModule("imagescript/wasm/any/jpeg.wasm", decode);
}

const decode: ModuleDecoder = (module, image, take) => {
  const bytes = complete(image);
  const jpeg = new WebAssembly.Instance(module).exports as unknown as Exports;
  const input = jpeg.walloc(bytes.length);
  new Uint8Array(jpeg.memory.buffer).set(bytes, input);
  const decoded = jpeg.decode(input, bytes.length, 0, 0);
  if (decoded <= 1 || jpeg.decode_format(decoded) !== INKS) {
    throw new Error("no image in inks");
  }
  const [width, height] = [
    jpeg.decode_width(decoded),
    jpeg.decode_height(decoded),
  ];
  const data = new Uint8ClampedArray(
    jpeg.memory.buffer,
    jpeg.decode_buffer(decoded),
    width * height * 4,
  );
  toColors(data);
  take({ width, height, data });
};

/**
 * Converts inks to RGBA in place.
 *
 *   R = (255 - C)(255 - K) / 255, and G and B from M and Y
 */
function toColors(pixels: Uint8ClampedArray): void {
  for (let i = 0; i < pixels.length; i += 4) {
    const light = (255 - pixels[i + 3]!) / 255;
    pixels[i] = (255 - pixels[i]!) * light;
    pixels[i + 1] = (255 - pixels[i + 1]!) * light;
    pixels[i + 2] = (255 - pixels[i + 2]!) * light;
    pixels[i + 3] = 255;
  }
}

/** The file with Adobe's segment and an end, without which it would not be read. */
function complete(bytes: Uint8Array): Uint8Array {
  const known = segmentsOf(bytes).some(({ marker, start }) =>
    marker === APP14 && startsWith(bytes, start + 2, "Adobe")
  );
  return joined([
    bytes.subarray(0, START_BYTES),
    bytesOf(known ? "" : ADOBE),
    bytes.subarray(START_BYTES),
    bytesOf(END_OF_IMAGE),
  ]);
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
