/**
 * JPEG in CMYK or YCCK, by the `jpeg-js` package: mozjpeg as built for `@jsquash/jpeg`
 * cannot convert these to RGB.
 *
 * @module
 */

import jpeg from "jpeg-js";
import { segmentsOf } from "../header/jpeg.ts";
import { startsWith } from "../type.ts";
import { MemoryError, type Pixels } from "./decoder.ts";

const START_BYTES = 2;
const APP14 = 0xee;
/** Adobe's segment: no transform of the colours. */
const ADOBE = "\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0";
const END_OF_IMAGE = "\xff\xd9";
const MEGA = 1024 * 1024;

/**
 * Decodes to RGBA. Inks are taken to be stored inverted, 255 for none, as Adobe's
 * programs write them and browsers read them, whether the file says so or not.
 *
 *   R = C·K / 255    G = M·K / 255    B = Y·K / 255
 */
export function decodeInks(
  bytes: Uint8Array,
  take: (pixels: Pixels) => void,
  memory: number,
): void {
  try {
    take(jpeg.decode(complete(bytes), {
      useTArray: true,
      tolerantDecoding: false,
      maxMemoryUsageInMB: memory / MEGA,
      maxResolutionInMP: Infinity, // the header was checked
    }));
  } catch (error) {
    if (!/maxMemoryUsage/.test(String(error))) throw error;
    throw new MemoryError(`it needs more than ${memory} bytes of memory`);
  }
}

/** The file with Adobe's segment and an end, without which it would not be read. */
function complete(bytes: Uint8Array): Uint8Array {
  const known = segmentsOf(bytes).some(({ marker, start }) =>
    marker === APP14 && startsWith(bytes, start + 2, "Adobe")
  );
  const parts = [
    bytes.subarray(0, START_BYTES),
    bytesOf(known ? "" : ADOBE),
    bytes.subarray(START_BYTES),
    bytesOf(END_OF_IMAGE),
  ];
  const out = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
