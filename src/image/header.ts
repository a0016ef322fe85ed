/**
 * The header of an image, read without decoding it.
 *
 * @module
 */

import { ImageError } from "../errors.ts";
import { readGifHeader } from "./header/gif.ts";
import { readJpegHeader } from "./header/jpeg.ts";
import { readPngHeader } from "./header/png.ts";
import { readWebpHeader } from "./header/webp.ts";
import type { ParsedHeader } from "./header/parsed.ts";
import { type Orientation, readOrientation } from "./header/exif.ts";
import { foreignTypeOf } from "./foreign.ts";
import { type ImageType, imageTypeOf } from "./type.ts";

export type { Orientation };

/** Type, size as stored (before the orientation is applied), and EXIF orientation. */
export interface ImageHeader {
  readonly type: ImageType;
  /** Columns as stored, at least 1. */
  readonly width: number;
  /** Rows as stored, at least 1. */
  readonly height: number;
  /** 1…8 as in EXIF; 1, upright, where the image says nothing readable. */
  readonly orientation: Orientation;
  /** Passes of a decoder over the whole image: the scans of a JPEG. Default 1. */
  readonly passes?: number;
  /** Whether it is in CMYK or YCCK. */
  readonly inks?: boolean;
  /** Whether it has 16 bits a channel, of which 8 are decoded. */
  readonly deep?: boolean;
}

const READERS: Record<
  ImageType,
  (bytes: Uint8Array, countPasses: boolean) => ParsedHeader | undefined
> = {
  jpeg: readJpegHeader,
  png: readPngHeader,
  webp: readWebpHeader,
  gif: readGifHeader,
};

/**
 * Reads the header of an image.
 *
 * The time it takes is linear in the number of segments or chunks, whatever
 * they claim of themselves; counting the passes takes a look at every byte.
 *
 * @param countPasses Whether to count the scans of a JPEG that may have several.
 * @throws {ImageError} "unsupported" if the bytes are not JPEG, PNG, WebP or
 * GIF, or a kind of them that cannot be decoded here; "malformed" if they start
 * like one of them but do not state a size.
 */
export function readImageHeader(
  bytes: Uint8Array,
  countPasses = true,
): ImageHeader {
  const type = imageTypeOf(bytes);
  if (type === undefined) throw unknownType(bytes);
  const header = READERS[type](bytes, countPasses);
  if (header === undefined) {
    throw new ImageError(
      "malformed",
      `Cannot read image: expected a valid ${type} header, got a damaged one`,
    );
  }
  const { width, height, exif, passes, inks, deep, unsupported } = header;
  if (unsupported !== undefined) {
    throw new ImageError(
      "unsupported",
      `Cannot read image: ${unsupported} is not supported; save it as an ordinary ${type}`,
    );
  }
  if (width < 1 || height < 1) {
    throw new ImageError(
      "malformed",
      `Cannot read image: expected at least 1×1 pixels, the ${type} header says ${width}×${height}`,
    );
  }
  const orientation = readOrientation(exif);
  return {
    type,
    width,
    height,
    orientation,
    ...(passes !== undefined && passes > 1 && { passes }),
    ...(inks && { inks }),
    ...(deep && { deep }),
  };
}

function unknownType(bytes: Uint8Array): ImageError {
  const foreign = foreignTypeOf(bytes);
  return new ImageError(
    "unsupported",
    "Cannot read image: expected JPEG, PNG, WebP or GIF, got " +
      (foreign ? `${foreign.name}: ${foreign.advice}` : "something else"),
  );
}
