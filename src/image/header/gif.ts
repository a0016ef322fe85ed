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

/** The place of the first image on its screen, and the size of the screen. */
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
 * out of a screen large enough for it is cut off there, and one without a size has
 * that of the screen.
 */
export function readGifLayout(bytes: Uint8Array): GifLayout | undefined {
  if (bytes.length < SCREEN_BYTES) return undefined;
  const view = viewOf(bytes);
  const { image } = readGifBlocks(bytes);
  if (image === undefined) return undefined;
  const [left, top, ownWidth, ownHeight] = [0, 2, 4, 6].map((offset) =>
    view.getUint16(image + offset, true)
  ) as [number, number, number, number];
  const screen = {
    width: view.getUint16(6, true),
    height: view.getUint16(8, true),
  };
  const own = { width: ownWidth, height: ownHeight };
  const { width, height } = ownWidth === 0 || ownHeight === 0 ? screen : own;
  return width > screen.width || height > screen.height
    ? { canvas: { width, height }, left: 0, top: 0 }
    : { canvas: screen, left, top };
}

/** The blocks before the pixels of the first image. */
export interface GifBlocks {
  /** The positions of the labels of extensions. */
  readonly labels: readonly number[];
  /** The position of the first image's left edge; undefined if there is no image. */
  readonly image: number | undefined;
}

/** Finds the blocks up to the description of the first image. */
export function readGifBlocks(bytes: Uint8Array): GifBlocks {
  const flags = bytes[10]!;
  let offset = SCREEN_BYTES +
    ((flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1));
  const labels: number[] = [];
  let blocks = 0;
  while (bytes[offset] === EXTENSION && labels.length < MOST_PARTS) {
    labels.push(offset + 1);
    offset += 2;
    for (let size = bytes[offset]; size; size = bytes[offset]) {
      offset += 1 + size; // sub-blocks
      if (++blocks > MOST_PARTS) return { labels, image: undefined };
    }
    offset++;
  }
  const whole = bytes[offset] === IMAGE && offset + 10 <= bytes.length;
  return { labels, image: whole ? offset + 1 : undefined };
}
