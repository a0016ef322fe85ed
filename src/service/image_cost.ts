/** What it takes to decode an image, told before it is done. @module */

import type { ImageHeader } from "../image/header.ts";

/** The cost of an image. */
export interface ImageCost {
  /** Whether it takes long enough for others not to wait for it. */
  readonly heavy: boolean;
  /** Bytes that decoding it takes, at most. */
  readonly memory: number;
  /**
   * What becomes of them: the decoder keeps them for the next image of its type, they
   * are left to the garbage, or stay with the thread, in pieces too small to give back.
   */
  readonly after: "kept" | "garbage" | "lasting";
}

/** Pixels, times the passes over them, that are decoded in a few milliseconds. */
const LIGHT = 400_000;
/** Bytes of a file that are read in about one. */
const LIGHT_BYTES = 2_000_000;
/** Bytes for each pixel that the decoder of a progressive JPEG takes; the others take fewer. */
const PER_PIXEL = 12;
/** That of a JPEG in inks, which is JavaScript, takes more: 362 MB for 8.3 megapixels. */
const PER_INKED_PIXEL = 44;

/**
 * Tells the cost of an image.
 *
 * @param bytes The length of its file.
 */
export function costOf(
  { type, width, height, passes = 1, inks = false }: ImageHeader,
  bytes: number,
): ImageCost {
  const each = inks ? PER_INKED_PIXEL : PER_PIXEL;
  return {
    heavy: width * height * passes > LIGHT || bytes > LIGHT_BYTES,
    memory: each * width * height + bytes,
    after: inks ? "lasting" : type === "jpeg" ? "kept" : "garbage",
  };
}
