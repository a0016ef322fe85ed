/**
 * The header of a GIF file: the logical screen, and the first image on it.
 *
 * Source: CompuServe, Graphics Interchange Format 89a (1990), sections 18–20.
 *
 * @module
 */

import { type ParsedHeader, viewOf } from "./parsed.ts";

const SCREEN_BYTES = 13;
const EXTENSION = 0x21;
const IMAGE = 0x2c;

/**
 * Reads the size of the screen. The first image must lie on it: a decoder
 * makes room for what the image claims, not for what the screen does.
 */
export function readGifHeader(bytes: Uint8Array): ParsedHeader | undefined {
  if (bytes.length < SCREEN_BYTES) return undefined;
  const view = viewOf(bytes);
  const width = view.getUint16(6, true);
  const height = view.getUint16(8, true);
  const image = firstImage(bytes);
  if (image === undefined || image + 9 > bytes.length) return undefined;
  const right = view.getUint16(image, true) + view.getUint16(image + 4, true);
  const bottom = view.getUint16(image + 2, true) +
    view.getUint16(image + 6, true);
  if (right > width || bottom > height) return undefined;
  return { width, height, exif: undefined };
}

/** The offset of the first image descriptor's left edge. */
function firstImage(bytes: Uint8Array): number | undefined {
  const flags = bytes[10]!;
  let offset = SCREEN_BYTES +
    ((flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1));
  while (bytes[offset] === EXTENSION) {
    offset += 2;
    for (let size = bytes[offset]; size; size = bytes[offset]) {
      offset += 1 + size; // sub-blocks
    }
    offset++;
  }
  return bytes[offset] === IMAGE ? offset + 1 : undefined;
}
