/**
 * The header of a JPEG file: its segments up to the first scan.
 *
 * Source: ITU-T T.81 (1992), annex B.
 *
 * @module
 */

import { startsWith } from "../type.ts";
import { EXIF_PREFIX } from "./exif.ts";
import { MOST_PARTS, type ParsedHeader, viewOf } from "./parsed.ts";

const APP1 = 0xe1;
/** The most bytes between two segments, where there should be none. */
const MOST_BETWEEN = 65_536;
/** Components of an image for printing. */
const INKS = 4;
/** The frame header of ITU-T T.87, and the start of a scan. */
const JPEG_LS = 0xf7;
export const SCAN = 0xda;

/** A marker segment. */
export interface Segment {
  /** The second byte of its marker. */
  readonly marker: number;
  /** The position at which it should have started, after the previous segment. */
  readonly from: number;
  /** The position of its length, after the marker. */
  readonly start: number;
  /** Behind its last byte. */
  readonly end: number;
}

/**
 * Walks the segments to the first frame header, as libjpeg does, so that the
 * size read here is the size that will be decoded.
 */
export function readJpegHeader(
  bytes: Uint8Array,
  countPasses = true,
): ParsedHeader | undefined {
  const view = viewOf(bytes);
  let exif: Uint8Array | undefined;
  let frame: Segment | undefined;
  const headerOf = (scan?: Segment) =>
    frame && {
      ...sizeOf(view, frame),
      exif,
      ...kindOf(bytes, frame),
      ...(countPasses && passesOf(bytes, frame, scan)),
    };
  for (const segment of segmentsOf(bytes)) {
    const { marker, start, end } = segment;
    if (
      marker === APP1 && exif === undefined &&
      startsWith(bytes, start + 2, EXIF_PREFIX)
    ) {
      exif = bytes.subarray(start + 2 + EXIF_PREFIX.length, end);
    }
    if (frame === undefined) {
      if (marker === SCAN) return undefined;
      if (!isFrameHeader(marker)) continue;
      if (end - start < 8) return undefined;
      frame = segment;
    }
    if (marker === SCAN) {
      return headerOf(segment);
    }
  }
  return headerOf();
}

/**
 * The segments with a length, up to the first scan's header. It ends early where
 * there is no further marker, or one that cannot be there, or more than anybody writes.
 */
export function* segmentsOf(bytes: Uint8Array): Generator<Segment> {
  const view = viewOf(bytes);
  let offset = 2;
  for (let i = 0; i < MOST_PARTS; i++) {
    const from = offset;
    const limit = Math.min(from + MOST_BETWEEN, bytes.length - 2);
    const start = afterNextMarker(bytes, from, limit);
    const marker = bytes[start - 1]!;
    if (start > limit) return;
    if (marker === 0xd8 || marker === 0xd9) return; // a second start, the end
    if (isStandalone(marker)) {
      offset = start;
      continue;
    }
    const end = start + view.getUint16(start);
    if (end < start + 2 || end > bytes.length) return;
    yield { marker, from, start, end };
    if (marker === SCAN) return;
    offset = end;
  }
}

/** The frame header among segments, if it is there. */
export function frameOf(segments: Iterable<Segment>): Segment | undefined {
  for (const segment of segments) {
    if (isFrameHeader(segment.marker)) return segment;
  }
  return undefined;
}

function sizeOf(view: DataView, { start }: Segment) {
  return {
    height: view.getUint16(start + 3),
    width: view.getUint16(start + 5),
  };
}

/** The coding of the image, and whether it can be decoded here. */
function kindOf(
  bytes: Uint8Array,
  { marker, start }: Segment,
): Pick<ParsedHeader, "inks" | "unsupported"> {
  const components = bytes[start + 7]!;
  const unsupported = unsupportedFrame(marker, bytes[start + 2]!, components) ??
    (viewOf(bytes).getUint16(start + 3) === 0
      ? "a JPEG that tells its height at its end (DNL)"
      : undefined);
  return { unsupported, ...(components === INKS && { inks: true }) };
}

/** The number of times that a decoder goes over the image, where that is not once. */
function passesOf(
  bytes: Uint8Array,
  { marker, start }: Segment,
  scan?: Segment,
): Pick<ParsedHeader, "passes"> {
  const components = bytes[start + 7]!;
  const single = marker !== 0xc2 && scan !== undefined &&
    bytes[scan.start + 2] === components;
  return single ? {} : { passes: countScans(bytes) };
}

/** The feature for which a frame cannot be decoded. */
function unsupportedFrame(
  marker: number,
  precision: number,
  components: number,
): string | undefined {
  if (marker === JPEG_LS) return "JPEG-LS";
  if (marker >= 0xc9) return "a JPEG with arithmetic coding";
  if (marker === 0xc3) return "a lossless JPEG";
  if (marker >= 0xc5) return "a hierarchical JPEG";
  if (precision !== 8) return `a JPEG of ${precision} bits per sample`;
  if (![1, 3, 4].includes(components)) {
    return `a JPEG of ${components} components`;
  }
  return undefined;
}

/** The number of scans in `bytes`, or more; never fewer. */
function countScans(bytes: Uint8Array): number {
  let scans = 0;
  for (
    let at = bytes.indexOf(0xff);
    at !== -1;
    at = bytes.indexOf(0xff, at + 1)
  ) {
    if (bytes[at + 1] === 0xda) scans++;
  }
  return Math.max(scans, 1);
}

/** The offset behind the next marker's code, past `end` if there is none before it. */
function afterNextMarker(
  bytes: Uint8Array,
  offset: number,
  end: number,
): number {
  let at = offset;
  while (at < end) {
    if (bytes[at] !== 0xff) {
      at++;
      continue;
    }
    while (bytes[at] === 0xff) at++; // any number of fill bytes
    if (bytes[at] !== 0) return at + 1; // a stuffed zero is not a marker
  }
  return end + 1;
}

/** SOF0…SOF15, of which C4 is DHT, C8 is reserved and CC is DAC; and that of JPEG-LS. */
function isFrameHeader(marker: number): boolean {
  return marker === JPEG_LS ||
    marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 &&
      marker !== 0xc8 && marker !== 0xcc;
}

/** Markers without a length: TEM and RST0…RST7. */
function isStandalone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
}
