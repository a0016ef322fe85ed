/** What it takes to decode an image, told before it is done. @module */

import type { ImageHeader } from "../image/header.ts";

/** The cost of an image. */
export interface ImageCost {
  /** Whether it takes long enough for others not to wait for it. */
  readonly heavy: boolean;
  /** Whether it takes so much memory that no decoder is to hold any besides. */
  readonly large: boolean;
  /** Bytes that decoding it takes, at most. */
  readonly memory: number;
}

/** Pixels, times the passes over them, that are decoded in a few milliseconds. */
const LIGHT = 400_000;
/** Bytes of a file that are read in about one. */
const LIGHT_BYTES = 2_000_000;
const LARGE = 160_000_000;
/** Bytes for each pixel that the decoder of a progressive JPEG takes; the others take fewer. */
const PER_PIXEL = 12;

/**
 * Tells the cost of an image.
 *
 * @param bytes The length of its file.
 */
export function costOf(
  { width, height, passes = 1 }: ImageHeader,
  bytes: number,
): ImageCost {
  const memory = PER_PIXEL * width * height + bytes;
  return {
    heavy: width * height * passes > LIGHT || bytes > LIGHT_BYTES,
    large: memory > LARGE,
    memory,
  };
}
