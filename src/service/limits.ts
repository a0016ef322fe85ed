/**
 * What the environment lets a request cost.
 *
 *   MAX_BODY_BYTES    largest request body                              10485760
 *   MAX_HELD_BYTES    of all bodies that are being worked on            67108864
 *   BODY_SECONDS      in which a body has to be there                   30
 *   MAX_PIXELS        of an image, in CMYK a third, with 16 bits a      25000000
 *                     channel half; four times as many for all images
 *                     of a request together, and 16 times as many for
 *                     the scans of a progressive JPEG together
 *   MAX_IMAGES        in one request                                    32
 *   MAX_PARTS         in one form                                       128
 *   MAX_JSON_DEPTH    of arrays and objects in each other               16
 *   DECODE_SECONDS    that decoding one image may take                  10
 *   DECODERS          workers that decode images; with 0 the server     the processors,
 *                     does so itself, and is held up by large ones      from 2 to 4
 *   MAX_REQUESTS      under way at once; of one client a quarter        4096
 *
 * @module
 */

import { DEFAULT_LIMITS } from "../image/limits.ts";

/** What a request may cost. */
export interface RequestLimits {
  readonly bodyBytes: number;
  readonly heldBytes: number;
  readonly bodySeconds: number;
  readonly pixels: number;
  readonly images: number;
  readonly parts: number;
  readonly jsonDepth: number;
  readonly decodeSeconds: number;
  readonly decoders: number;
  /** Under way at once. */
  readonly requests: number;
}

const MEBIBYTE = 1024 * 1024;

/** Each limit's variable, and what it may be set to. */
const VARIABLES: Readonly<
  Record<
    keyof RequestLimits,
    [variable: string, fallback: number, least: number, most: number]
  >
> = {
  bodyBytes: ["MAX_BODY_BYTES", DEFAULT_LIMITS.bytes, 1024, 1024 * MEBIBYTE],
  heldBytes: ["MAX_HELD_BYTES", 64 * MEBIBYTE, 1024, 16_384 * MEBIBYTE],
  bodySeconds: ["BODY_SECONDS", 30, 1, 3600],
  pixels: ["MAX_PIXELS", DEFAULT_LIMITS.pixels, 1, 1_000_000_000],
  images: ["MAX_IMAGES", 32, 1, 1024],
  parts: ["MAX_PARTS", 128, 1, 10_000],
  jsonDepth: ["MAX_JSON_DEPTH", 16, 3, 1000],
  decodeSeconds: ["DECODE_SECONDS", 10, 1, 600],
  decoders: ["DECODERS", Math.min(Math.max(cores(), 2), 4), 0, 64],
  requests: ["MAX_REQUESTS", 4096, 1, 1_000_000],
};

function cores(): number {
  return navigator.hardwareConcurrency;
}

/** The limits where nothing is set. */
export const REQUEST_LIMITS: RequestLimits = readRequestLimits(
  (_, fallback) => fallback,
);

/** Reads the limits, each by its variable, default, and range. */
export function readRequestLimits(
  whole: (
    name: string,
    fallback: number,
    least: number,
    most: number,
  ) => number,
): RequestLimits {
  const entries = Object.entries(VARIABLES).map(([limit, variable]) =>
    [limit, whole(...variable)] as const
  );
  return Object.fromEntries(entries) as Record<keyof RequestLimits, number>;
}
