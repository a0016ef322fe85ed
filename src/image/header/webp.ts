/**
 * The header of a WebP file: a RIFF container with a lossy (VP8), a lossless
 * (VP8L) or an extended (VP8X) first chunk.
 *
 * Source: RFC 9649 (2024), sections 2 and 3; RFC 6386 (2011), 9.1.
 *
 * @module
 */

import { startsWith } from "../type.ts";
import { type ParsedHeader, viewOf } from "./parsed.ts";

const RIFF_BYTES = 12;
const EXIF_PREFIX = "Exif\0\0";

/** Reads the size, and the EXIF block of an extended file. */
export function readWebpHeader(bytes: Uint8Array): ParsedHeader | undefined {
  if (bytes.length < RIFF_BYTES + 18) return undefined;
  const view = viewOf(bytes);
  if (startsWith(bytes, RIFF_BYTES, "VP8 ")) {
    if (!startsWith(bytes, 23, "\x9d\x01\x2a")) return undefined; // a key frame's start code
    const width = view.getUint16(26, true) & 0x3fff;
    const height = view.getUint16(28, true) & 0x3fff;
    return { width, height, exif: undefined };
  }
  if (startsWith(bytes, RIFF_BYTES, "VP8L")) {
    if (bytes[20] !== 0x2f) return undefined;
    const bits = view.getUint32(21, true);
    return {
      width: (bits & 0x3fff) + 1,
      height: (bits >> 14 & 0x3fff) + 1,
      exif: undefined,
    };
  }
  if (startsWith(bytes, RIFF_BYTES, "VP8X")) {
    const width = 1 + (view.getUint32(23, true) >>> 8);
    const height = 1 + (view.getUint32(26, true) >>> 8);
    return { width, height, exif: findExif(bytes, view) };
  }
  return undefined;
}

/** Whether an extended file says that it is an animation. */
export function isAnimatedWebp(bytes: Uint8Array): boolean {
  return startsWith(bytes, RIFF_BYTES, "VP8X") && (bytes[20]! & 2) !== 0;
}

function findExif(bytes: Uint8Array, view: DataView): Uint8Array | undefined {
  let offset = RIFF_BYTES;
  while (offset + 8 <= bytes.length) {
    const length = view.getUint32(offset + 4, true);
    if (startsWith(bytes, offset, "EXIF")) {
      // Some writers repeat the prefix that only JPEG needs.
      const prefix = startsWith(bytes, offset + 8, EXIF_PREFIX)
        ? EXIF_PREFIX.length
        : 0;
      return bytes.subarray(offset + 8 + prefix, offset + 8 + length);
    }
    offset += 8 + length + (length & 1);
  }
  return undefined;
}
