/**
 * Repairs faults of JPEG files that lose nothing of the image. libjpeg reports only its
 * first warning: after a harmless one it would not report lost data.
 *
 * Source: ITU-T T.81 (1992), annex B; ITU-T T.871 (2011), 10.1 (JFIF).
 *
 * @module
 */

import { SCAN, type Segment, segmentsOf } from "../header/jpeg.ts";
import { startsWith } from "../type.ts";

const APP0 = 0xe0;
const APP14 = 0xee;
const PROGRESSIVE = 0xc2;

/**
 * The same file without bytes between its segments, and without an unknown JFIF
 * version, an unknown Adobe transform or a spectral selection that has no meaning
 * in a sequential scan. As a rule that is `bytes` itself.
 */
export function tidyJpeg(bytes: Uint8Array): Uint8Array {
  const segments = [...segmentsOf(bytes)];
  const progressive = segments.some(({ marker }) => marker === PROGRESSIVE);
  const edits = segments.flatMap((segment) =>
    editsOf(bytes, segment, progressive)
  );
  const patched = edits.length === 0 ? bytes : bytes.slice();
  for (const [offset, value] of edits) patched[offset] = value;
  return segments.some((segment) => hasJunk(bytes, segment))
    ? withoutJunk(patched, segments)
    : patched;
}

/** Bytes of a segment to be changed: where, and to what. */
function editsOf(
  bytes: Uint8Array,
  { marker, start, end }: Segment,
  progressive: boolean,
): [offset: number, value: number][] {
  if (marker === APP0 && startsWith(bytes, start + 2, "JFIF\0")) {
    return bytes[start + 7] === 1 ? [] : [[start + 7, 1]];
  }
  if (marker === APP14 && startsWith(bytes, start + 2, "Adobe")) {
    return bytes[start + 13]! <= 2 ? [] : [[start + 13, 1]];
  }
  if (marker !== SCAN || progressive) return [];
  const whole = [0, 63, 0];
  return whole.map((value, i) => [end - 3 + i, value] as [number, number])
    .filter(([offset, value]) => bytes[offset] !== value);
}

/** Whether there are bytes other than fill bytes before a segment's marker. */
function hasJunk(bytes: Uint8Array, { from, start }: Segment): boolean {
  return bytes.subarray(from, start - 1).some((byte) => byte !== 0xff);
}

function withoutJunk(
  bytes: Uint8Array,
  segments: readonly Segment[],
): Uint8Array {
  return joined([
    bytes.subarray(0, 2),
    ...segments.map(({ start, end }) => bytes.subarray(start - 2, end)),
    bytes.subarray(segments.at(-1)!.end),
  ]);
}

/** The parts of a file as one. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}
