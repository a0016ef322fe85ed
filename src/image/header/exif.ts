/**
 * The orientation in an EXIF block.
 *
 * Source: JEITA CP-3451 (Exif 2.3), 4.6.4 A, tag 0x0112; TIFF 6.0, section 2.
 *
 * @module
 */

import { startsWith } from "../type.ts";
import { viewOf } from "./parsed.ts";

/**
 * The places of the first stored row and column in the upright image: 1 top
 * left, 2 top right, 3 bottom right, 4 bottom left, 5 left top, 6 right top,
 * 7 right bottom, 8 left bottom.
 */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const TAG_ORIENTATION = 0x0112;
/**
 * Types that an orientation is written in; the standard asks for SHORT. From 1 to 8
 * the signed ones have the same bits.
 */
const BYTE = 1;
const SHORT = 3;
const LONG = 4;
const SIGNED_BYTE = 6;
const SIGNED_SHORT = 8;
const SIGNED_LONG = 9;
const ENTRY_BYTES = 12;

/** The prefix of the block in a JPEG. Some writers put it into other files, too. */
export const EXIF_PREFIX = "Exif\0\0";

/** The orientation in `block`, a TIFF file; 1 where it is missing or damaged. */
export function readOrientation(block: Uint8Array | undefined): Orientation {
  if (block === undefined) return 1;
  const exif = startsWith(block, 0, EXIF_PREFIX)
    ? block.subarray(EXIF_PREFIX.length)
    : block;
  if (exif.length < 8) return 1;
  const view = viewOf(exif);
  const byteOrder = view.getUint16(0);
  if (byteOrder !== 0x4949 && byteOrder !== 0x4d4d) return 1;
  const littleEndian = byteOrder === 0x4949;
  if (view.getUint16(2, littleEndian) !== 42) return 1;
  const directory = view.getUint32(4, littleEndian);
  if (directory + 2 > exif.length) return 1;
  const entries = view.getUint16(directory, littleEndian);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + i * ENTRY_BYTES;
    if (entry + ENTRY_BYTES > exif.length) return 1;
    if (view.getUint16(entry, littleEndian) !== TAG_ORIENTATION) continue;
    const value = numberAt(view, entry, littleEndian);
    return value >= 1 && value <= 8 ? value as Orientation : 1;
  }
  return 1;
}

/** The number in an entry, 0 if it is of another type. */
function numberAt(
  view: DataView,
  entry: number,
  littleEndian: boolean,
): number {
  switch (view.getUint16(entry + 2, littleEndian)) {
    case BYTE:
    case SIGNED_BYTE:
      return view.getUint8(entry + 8);
    case SHORT:
    case SIGNED_SHORT:
      return view.getUint16(entry + 8, littleEndian);
    case LONG:
    case SIGNED_LONG:
      return view.getUint32(entry + 8, littleEndian);
    default:
      return 0;
  }
}
