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
  /** Width times height. */
  readonly pixels: number;
  /** True if no setting changes them. */
  readonly fixed?: boolean;
}

const MEBIBYTE = 1024 * 1024;

/** On a server: 10 MiB and 25 megapixels, as phones take them (5712×4284). */
export const DEFAULT_LIMITS: ImageLimits = {
  bytes: 10 * MEBIBYTE,
  pixels: 25_000_000,
};

/** In commands: the images are the user's own, and are decoded one at a time. */
export const COMMAND_LIMITS: ImageLimits = {
  bytes: 32 * MEBIBYTE,
  pixels: 50_000_000,
  fixed: true,
};

/**
 * A progressive JPEG may hold any number of scans, and each one is a pass over
 * the whole image. Encoders write about ten.
 */
const MAXIMUM_PASSES = 100;
/** The most pixels of all passes together, as a multiple of the most pixels of an image. */
const LARGEST_PASSES = 16;

/** Divisors of the pixel limit for images of some kinds. */
const COSTLY = [
  // Decoding takes three times as long.
  {
    kind: "inks",
    divisor: 3,
    what: "in CMYK",
    share: "a third of MAX_PIXELS",
    more: "more as RGB",
  },
  // Decoding takes three times the memory.
  {
    kind: "deep",
    divisor: 2,
    what: "with 16 bits a channel",
    share: "half of MAX_PIXELS",
    more: "more with 8 bits",
  },
] as const;

/**
 * Bytes of memory for each pixel: those that a decoder may ask for before it is stopped,
 * and those that it is expected to take. A progressive JPEG with all of its colours takes
 * most.
 */
export const BYTES_PER_PIXEL = { allowed: 20, expected: 12 };
/** Bytes that a decoder may ask for besides: for each byte of the file, and in all. */
const MEMORY_PER_BYTE = 4;
const MEMORY_BESIDES = 64 * MEBIBYTE;

/**
 * Reads the header of an image and checks it against the limits.
 *
 * @param countPasses As for readImageHeader; without it, their limit is not checked.
 * @throws {ImageError} "too-large" if it is over a limit; else as readImageHeader.
 */
export function checkImage(
  bytes: Uint8Array,
  limits: ImageLimits = DEFAULT_LIMITS,
  countPasses = true,
): ImageHeader {
  if (bytes.length > limits.bytes) {
    throw tooLarge(`${limits.bytes} bytes`, String(bytes.length));
  }
  const header = readImageHeader(bytes, countPasses);
  const { width, height, passes = 1 } = header;
  if (width * height > limits.pixels) {
    throw tooLarge(
      `${limits.pixels} pixels${limits.fixed ? "" : " (MAX_PIXELS)"}`,
      `${width}×${height}`,
    );
  }
  for (const { kind, divisor, what, share, more } of COSTLY) {
    const fewer = Math.floor(limits.pixels / divisor);
    if (header[kind] && width * height > fewer) {
      const note = limits.fixed ? more : `${share}; ${more}`;
      throw tooLarge(`${fewer} pixels ${what} (${note})`, `${width}×${height}`);
    }
  }
  const most = Math.min(
    Math.floor(LARGEST_PASSES * limits.pixels / (width * height)),
    MAXIMUM_PASSES,
  );
  if (passes > most) {
    throw tooLarge(`${most} scans of ${width}×${height} pixels`, `${passes}`);
  }
  return header;
}

/** The most memory that the decoder of an image may ask for, in bytes. */
export function memoryOf(
  { width, height }: ImageHeader,
  bytes: number,
): number {
  return BYTES_PER_PIXEL.allowed * width * height + MEMORY_PER_BYTE * bytes +
    MEMORY_BESIDES;
}

function tooLarge(most: string, got: string): ImageError {
  return new ImageError(
    "too-large",
    `Cannot read image: expected at most ${most}, got ${got}`,
  );
}
