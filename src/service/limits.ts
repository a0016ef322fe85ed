/**
 * Limits of a request, set by the environment.
 *
 *   MAX_BODY_BYTES    largest request body                              10485760
 *   MAX_HELD_BYTES    bytes of all bodies in progress                   67108864
 *   BODY_SECONDS      time for a body to arrive                         30
 *   MAX_PIXELS        largest image, a third of it in CMYK, half with   25000000
 *                     16 bits a channel; four times as many for all
 *                     images of a request together, and 16 times as
 *                     many for the scans of a progressive JPEG together
 *   MAX_IMAGES        images in one request                             32
 *   MAX_PARTS         parts in one form                                 128
 *   MAX_JSON_DEPTH    levels of nested arrays and objects               16
 *   DECODE_SECONDS    time to decode one image                          10
 *   DECODERS          workers that decode images; with 0 the server     the processors,
 *                     decodes them itself, and large ones block it      from 2 to 4
 *   MAX_REQUESTS      requests in progress; one client may have 1/4     4096
 *
 * @module
 */

import { DEFAULT_LIMITS } from "../image/limits.ts";

/** Limits of a request. */
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
  /** Requests in progress. */
  readonly requests: number;
}

const MEBIBYTE = 1024 * 1024;

/** Each limit's variable, default and range. */
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

/** The default limits. */
export const REQUEST_LIMITS: RequestLimits = readRequestLimits(
  (_, fallback) => fallback,
);

/** Reads a whole number from a variable. */
export type ReadWhole = (
  variable: string,
  fallback: number,
  least: number,
  most: number,
) => number;

/** Reads the limits, each by its variable, default, and range. */
export function readRequestLimits(whole: ReadWhole): RequestLimits {
  const entries = Object.entries(VARIABLES).map(([limit, variable]) =>
    [limit, whole(...variable)] as const
  );
  return Object.fromEntries(entries) as Record<keyof RequestLimits, number>;
}
