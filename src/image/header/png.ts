/**
 * The header of a PNG file: IHDR, which comes first, and eXIf, which may come
 * anywhere.
 *
 * Source: W3C Portable Network Graphics (third edition), 11.2.1 and 11.3.4.5.
 *
 * @module
 */

import { startsWith } from "../type.ts";
import { MOST_PARTS, type ParsedHeader, viewOf } from "./parsed.ts";

const SIGNATURE_BYTES = 8;
/** Length, type and checksum around a chunk's data. */
const CHUNK_BYTES = 12;

/** Reads the size, and the EXIF block if there is one. */
export function readPngHeader(bytes: Uint8Array): ParsedHeader | undefined {
  if (bytes.length < SIGNATURE_BYTES + CHUNK_BYTES + 13) return undefined;
  if (!startsWith(bytes, SIGNATURE_BYTES + 4, "IHDR")) return undefined;
  const view = viewOf(bytes);
  return {
    width: view.getUint32(16),
    height: view.getUint32(20),
    deep: bytes[24] === 16,
    exif: findExif(bytes, view),
  };
}

function findExif(bytes: Uint8Array, view: DataView): Uint8Array | undefined {
  let offset = SIGNATURE_BYTES;
  for (let i = 0; i < MOST_PARTS && offset + CHUNK_BYTES <= bytes.length; i++) {
    const length = view.getUint32(offset);
    if (startsWith(bytes, offset + 4, "eXIf")) {
      return bytes.subarray(offset + 8, offset + 8 + length);
    }
    offset += CHUNK_BYTES + length;
  }
  return undefined;
}
