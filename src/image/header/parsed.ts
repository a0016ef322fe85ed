/** The findings of a reader: the stored size, and the EXIF block (a TIFF file) if there is one. */
export interface ParsedHeader {
  readonly width: number;
  readonly height: number;
  readonly exif: Uint8Array | undefined;
  /** How often a decoder goes over the whole image; once where it is missing. */
  readonly passes?: number;
  /** Whether it is in four inks, for printing. */
  readonly inks?: boolean;
  /** What keeps a valid file from being decoded here, as a noun. */
  readonly unsupported?: string | undefined;
}

/**
 * The most segments, chunks or blocks that are walked through: far more than
 * programs write, and gone through in milliseconds.
 */
export const MOST_PARTS = 20_000;

/** A view of the same bytes for reading numbers. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
