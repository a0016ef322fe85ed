/**
 * The header of a JPEG file: its segments up to the frame header.
 *
 * Source: ITU-T T.81 (1992), annex B.
 *
 * @module
 */

import { startsWith } from "../type.ts";
import { type ParsedHeader, viewOf } from "./parsed.ts";

const EXIF_PREFIX = "Exif\0\0";

/**
 * Walks the segments to the first frame header, as libjpeg does, so that the
 * size read here is the size that will be decoded.
 */
export function readJpegHeader(bytes: Uint8Array): ParsedHeader | undefined {
  const view = viewOf(bytes);
  let exif: Uint8Array | undefined;
  let offset = 2;
  while (true) {
    offset = afterNextMarker(bytes, offset);
    const marker = bytes[offset - 1];
    if (offset > bytes.length || marker === undefined || isForbidden(marker)) {
      return undefined;
    }
    if (isStandalone(marker)) continue;
    if (offset + 2 > bytes.length) return undefined;
    const length = view.getUint16(offset);
    if (length < 2 || offset + length > bytes.length) return undefined;
    if (isFrameHeader(marker)) {
      if (length < 8) return undefined;
      return {
        height: view.getUint16(offset + 3),
        width: view.getUint16(offset + 5),
        exif,
      };
    }
    if (
      marker === 0xe1 && exif === undefined &&
      startsWith(bytes, offset + 2, EXIF_PREFIX)
    ) {
      exif = bytes.subarray(offset + 2 + EXIF_PREFIX.length, offset + length);
    }
    offset += length;
  }
}

/** The offset behind the next marker's code, past the end if there is none. */
function afterNextMarker(bytes: Uint8Array, offset: number): number {
  let at = bytes.indexOf(0xff, offset);
  while (at !== -1) {
    while (bytes[at] === 0xff) at++; // any number of fill bytes
    if (bytes[at] !== 0) return at + 1;
    at = bytes.indexOf(0xff, at); // a stuffed zero: not a marker
  }
  return bytes.length + 1;
}

/** SOF0…SOF15, of which C4 is DHT, C8 is reserved and CC is DAC. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 &&
    marker !== 0xc8 && marker !== 0xcc;
}

/** Markers without a length: TEM and RST0…RST7. */
function isStandalone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
}

/** What cannot come before the frame header: a second SOI, EOI, the start of a scan. */
function isForbidden(marker: number): boolean {
  return marker === 0xd8 || marker === 0xd9 || marker === 0xda;
}
