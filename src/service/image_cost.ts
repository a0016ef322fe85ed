/** The cost of decoding an image, estimated from its header. @module */

import type { ImageHeader } from "../image/header.ts";
import { BYTES_PER_PIXEL } from "../image/limits.ts";

/** The cost of an image. */
export interface ImageCost {
  /** Whether it takes so long that other images must not wait for it. */
  readonly heavy: boolean;
  /** The most bytes that decoding it takes. */
  readonly memory: number;
  /**
   * What becomes of them: the decoder keeps them for the next image of its type, or
   * they wait for a garbage collection.
   */
  readonly after: "kept" | "garbage";
}

/** Pixels, times the passes over them, that are decoded in a few milliseconds. */
const LIGHT = 400_000;
/** Bytes of a file that are read in about one. */
const LIGHT_BYTES = 2_000_000;

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
  return {
    heavy: width * height * passes > LIGHT || !isShort(bytes),
    memory: BYTES_PER_PIXEL.expected * width * height + bytes,
    after: type === "jpeg" && !inks ? "kept" : "garbage",
  };
}
