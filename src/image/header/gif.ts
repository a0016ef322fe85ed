/**
 * The header of a GIF file: the logical screen, and the first image on it.
 *
 * Source: CompuServe, Graphics Interchange Format 89a (1990), sections 18–20.
 *
 * @module
 */

import { MOST_PARTS, type ParsedHeader, viewOf } from "./parsed.ts";

const SCREEN_BYTES = 13;
const EXTENSION = 0x21;
const IMAGE = 0x2c;

/** Where the first image lies on its screen, and how large that is. */
export interface GifLayout {
  readonly canvas: { readonly width: number; readonly height: number };
  /** The image's left upper corner. */
  readonly left: number;
  readonly top: number;
}

/** Reads the size of the screen. */
export function readGifHeader(bytes: Uint8Array): ParsedHeader | undefined {
  const layout = readGifLayout(bytes);
  return layout && { ...layout.canvas, exif: undefined };
}

/**
 * Finds the first image's place. A screen that is smaller than the image, or has
 * no size, is taken to be the image's own, as browsers do; an image that reaches
 * out of a screen large enough for it is cut off there.
 */
export function readGifLayout(bytes: Uint8Array): GifLayout | undefined {
  if (bytes.length < SCREEN_BYTES) return undefined;
  const view = viewOf(bytes);
  const image = firstImage(bytes);
  if (image === undefined || image + 9 > bytes.length) return undefined;
  const [left, top, width, height] = [0, 2, 4, 6].map((offset) =>
    view.getUint16(image + offset, true)
  ) as [number, number, number, number];
  const screen = {
    width: view.getUint16(6, true),
    height: view.getUint16(8, true),
  };
  return width > screen.width || height > screen.height
    ? { canvas: { width, height }, left: 0, top: 0 }
    : { canvas: screen, left, top };
}

/** The offset of the first image descriptor's left edge. */
function firstImage(bytes: Uint8Array): number | undefined {
  const flags = bytes[10]!;
  let offset = SCREEN_BYTES +
    ((flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1));
  let blocks = 0;
  while (bytes[offset] === EXTENSION) {
    offset += 2;
    for (let size = bytes[offset]; size; size = bytes[offset]) {
      offset += 1 + size; // sub-blocks
      if (++blocks > MOST_PARTS) return undefined;
    }
    offset++;
    if (++blocks > MOST_PARTS) return undefined;
  }
  return bytes[offset] === IMAGE ? offset + 1 : undefined;
}
