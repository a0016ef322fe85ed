/** The cost of decoding an image, estimated from its header. @module */

import type { ImageHeader } from "../image/header.ts";

/** The cost of an image. */
export interface ImageCost {
  /** Whether it takes so long that other images must not wait for it. */
  readonly heavy: boolean;
  /** Whether it takes so much memory that other decoders must release theirs first. */
  readonly large: boolean;
  /** The most bytes that decoding it takes. */
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
 * Estimates the cost of an image.
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
