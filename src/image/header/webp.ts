/**
 * The header of a WebP file: a RIFF container with a lossy (VP8), a lossless
 * (VP8L) or an extended (VP8X) first chunk.
 *
 * Source: RFC 9649 (2024), sections 2 and 3; RFC 6386 (2011), 9.1.
 *
 * @module
 */

import { startsWith } from "../type.ts";
import { MOST_PARTS, type ParsedHeader, viewOf } from "./parsed.ts";

const RIFF_BYTES = 12;
/** Flags of an extended file. */
const ANIMATED = 2;
const ALPHA = 16;
/** The header of a frame: its place, size, duration and flags. */
const FRAME_BYTES = 16;

/** Reads the size, and the EXIF block of an extended file. */
export function readWebpHeader(bytes: Uint8Array): ParsedHeader | undefined {
  if (bytes.length < RIFF_BYTES + 18) return undefined;
  const view = viewOf(bytes);
  if (startsWith(bytes, RIFF_BYTES, "VP8 ")) {
    if (!startsWith(bytes, 23, "\x9d\x01\x2a")) return undefined; // a key frame's start code
    const width = view.getUint16(26, true) & 0x3fff;
    const height = view.getUint16(28, true) & 0x3fff;
    return { width, height, exif: undefined };
  }
  if (startsWith(bytes, RIFF_BYTES, "VP8L")) {
    if (bytes[20] !== 0x2f) return undefined;
    const bits = view.getUint32(21, true);
    return {
      width: (bits & 0x3fff) + 1,
      height: (bits >> 14 & 0x3fff) + 1,
      exif: undefined,
    };
  }
  if (startsWith(bytes, RIFF_BYTES, "VP8X")) {
    const width = 1 + (view.getUint32(23, true) >>> 8);
    const height = 1 + (view.getUint32(26, true) >>> 8);
    return { width, height, exif: findChunk(bytes, "EXIF") };
  }
  return undefined;
}

/** The first frame of an animation, as a file of its own, and where it lies. */
export interface WebpFrame {
  readonly webp: Uint8Array;
  readonly canvas: { readonly width: number; readonly height: number };
  readonly left: number;
  readonly top: number;
}

/**
 * Takes the first frame out of an animation: undefined if the file says that it is
 * none, or has no frame.
 *
 * Source: RFC 9649 (2024), 2.7.1.1 and 2.7.1.2.
 */
export function readWebpFrame(bytes: Uint8Array): WebpFrame | undefined {
  if (!startsWith(bytes, RIFF_BYTES, "VP8X") || (bytes[20]! & ANIMATED) === 0) {
    return undefined;
  }
  const frame = findChunk(bytes, "ANMF");
  if (frame === undefined || frame.length < FRAME_BYTES) return undefined;
  const view = viewOf(frame);
  const word = (offset: number) => view.getUint32(offset, true) & 0xffffff;
  const { width, height } = readWebpHeader(bytes)!;
  return {
    webp: extended(frame.subarray(FRAME_BYTES), 1 + word(6), 1 + word(9)),
    canvas: { width, height },
    left: 2 * word(0),
    top: 2 * word(3),
  };
}

/**
 * The same file, ended where its bytes end if it says that more follow: what is
 * missing may be text behind an image that is whole. As a rule that is `bytes`.
 */
export function closedWebp(bytes: Uint8Array): Uint8Array {
  if (viewOf(bytes).getUint32(4, true) <= bytes.length - 8) return bytes;
  const webp = new Uint8Array(bytes.length + (bytes.length & 1)); // chunks are padded
  webp.set(bytes);
  viewOf(webp).setUint32(4, webp.length - 8, true);
  return webp;
}

/** A frame's chunks as an extended file, which may hold an alpha channel beside its image. */
function extended(
  chunks: Uint8Array,
  width: number,
  height: number,
): Uint8Array {
  const webp = new Uint8Array(RIFF_BYTES + 18 + chunks.length);
  const view = viewOf(webp);
  webp.set(new TextEncoder().encode("RIFF\0\0\0\0WEBPVP8X"));
  view.setUint32(4, webp.length - 8, true);
  view.setUint32(16, 10, true);
  webp[20] = startsWith(chunks, 0, "ALPH") ? ALPHA : 0;
  for (let i = 0; i < 3; i++) {
    webp[24 + i] = (width - 1) >> 8 * i;
    webp[27 + i] = (height - 1) >> 8 * i;
  }
  webp.set(chunks, RIFF_BYTES + 18);
  return webp;
}

/** The data of the first chunk of a type. */
function findChunk(bytes: Uint8Array, type: string): Uint8Array | undefined {
  const view = viewOf(bytes);
  let offset = RIFF_BYTES;
  for (let i = 0; i < MOST_PARTS && offset + 8 <= bytes.length; i++) {
    const length = view.getUint32(offset + 4, true);
    if (startsWith(bytes, offset, type)) {
      return bytes.subarray(offset + 8, offset + 8 + length);
    }
    offset += 8 + length + (length & 1);
  }
  return undefined;
}
