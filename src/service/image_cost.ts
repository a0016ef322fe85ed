/** The cost of decoding an image, estimated from its header. @module */

import type { ImageHeader } from "../image/header.ts";

/** The cost of an image. */
export interface ImageCost {
  /** Whether it takes so long that other images must not wait for it. */
  readonly heavy: boolean;
  /** The most bytes that decoding it takes. */
  readonly memory: number;
  /**
   * What becomes of them: the decoder keeps them for the next image of its type, or
   * they wait for a garbage collection, or the allocator keeps them for the thread, in
   * pieces too small to return.
   */
  readonly after: "kept" | "garbage" | "lasting";
}

/** Pixels, times the passes over them, that are decoded in a few milliseconds. */
const LIGHT = 400_000;
/** Bytes of a file that are read in about one. */
const LIGHT_BYTES = 2_000_000;
/** Bytes for each pixel that the decoder of a progressive JPEG takes; the others take fewer. */
const PER_PIXEL = 12;
/** The same for JPEGs in CMYK, whose decoder is JavaScript: 540 MB for 8.3 megapixels. */
const PER_INKED_PIXEL = 65;

/** Whether a file is so short that an image in it may be light, if it has few passes. */
export function isShort(bytes: number): boolean {
  return bytes <= LIGHT_BYTES;
}

/**
 * Estimates the cost of an image.
 *
 * @param bytes The length of its file.
 */
export function costOf(
  { type, width, height, passes = 1, inks = false }: ImageHeader,
  bytes: number,
): ImageCost {
  const each = inks ? PER_INKED_PIXEL : PER_PIXEL;
  return {
    heavy: width * height * passes > LIGHT || !isShort(bytes),
    memory: each * width * height + bytes,
    after: inks ? "lasting" : type === "jpeg" ? "kept" : "garbage",
  };
}
