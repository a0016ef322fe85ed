/**
 * Limits on the cost of an image, checked before any decoder runs.
 *
 * @module
 */

import { ImageError } from "../errors.ts";
import { type ImageHeader, readImageHeader } from "./header.ts";

/** The largest image that is decoded. */
export interface ImageLimits {
  /** Encoded size, in bytes. */
  readonly bytes: number;
  /** Width times height. Decoding takes up to twenty bytes per pixel (measured). */
  readonly pixels: number;
}

/** 10 MiB and 24 megapixels: any photograph of a common camera. */
export const DEFAULT_LIMITS: ImageLimits = {
  bytes: 10 * 1024 * 1024,
  pixels: 24_000_000,
};

/**
 * Reads the header of an image and holds it to the limits.
 *
 * @throws {ImageError} "too-large" if it is over a limit; else as readImageHeader.
 */
export function checkImage(
  bytes: Uint8Array,
  limits: ImageLimits = DEFAULT_LIMITS,
): ImageHeader {
  if (bytes.length > limits.bytes) {
    throw new ImageError(
      "too-large",
      `Cannot read image: expected at most ${limits.bytes} bytes, got ${bytes.length}`,
    );
  }
  const header = readImageHeader(bytes);
  const { width, height } = header;
  if (width * height > limits.pixels) {
    throw new ImageError(
      "too-large",
      `Cannot read image: expected at most ${limits.pixels} pixels, got ${width}×${height}`,
    );
  }
  return header;
}
