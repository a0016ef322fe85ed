/**
 * Whether a JPEG of several scans has all of them. A decoder shows what is there
 * and warns of nothing: cut between two scans, a progressive file is a whole one of
 * a blurred image.
 *
 * Source: ITU-T T.81 (1992), annexes B.2.3 and G.1.1.1.
 *
 * @module
 */

import { frameOf, SCAN, type Segment, segmentsOf } from "../header/jpeg.ts";
import { viewOf } from "../header/parsed.ts";

const PROGRESSIVE = 0xc2;
const END = 0xd9;
const COEFFICIENTS = 64;
/** Bits of a coefficient that are still to come, where none came. */
const ALL = 16;

/**
 * Checks that every bit of every coefficient is in some scan. It goes over a file of
 * several scans once, from marker to marker.
 *
 * @throws {Error} If one is in none.
 */
export function checkScans(bytes: Uint8Array): void {
  const segments = [...segmentsOf(bytes)];
  const frame = frameOf(segments);
  const first = segments.at(-1);
  if (frame === undefined || first?.marker !== SCAN) return;
  const progressive = frame.marker === PROGRESSIVE;
  const count = bytes[frame.start + 7]!;
  /** By a component's name, how many bits of each coefficient are still to come. */
  const missing = new Map<number, Uint8Array>();
  for (let c = 0; c < count; c++) {
    const name = bytes[frame.start + 8 + 3 * c]!;
    missing.set(name, new Uint8Array(COEFFICIENTS).fill(ALL));
  }
  for (const scan of scansFrom(bytes, first)) {
    const [from, to, low] = progressive ? bandOf(bytes, scan) : [0, 63, 0];
    for (const name of namesOf(bytes, scan)) {
      missing.get(name)?.fill(low, from, to + 1);
    }
  }
  if ([...missing.values()].every((bits) => bits.every((left) => left === 0))) {
    return;
  }
  throw new Error("some of its scans are missing");
}

/** The first and last coefficient of a progressive scan, and how many bits it leaves out. */
function bandOf(bytes: Uint8Array, { end }: Segment): [number, number, number] {
  return [bytes[end - 3]!, bytes[end - 2]!, bytes[end - 1]! & 15];
}

/** The names of the components in a scan. */
function namesOf(bytes: Uint8Array, { start }: Segment): number[] {
  return Array.from(
    { length: bytes[start + 2]! },
    (_, i) => bytes[start + 3 + 2 * i]!,
  );
}

/** The headers of this scan and of those behind it. */
function* scansFrom(bytes: Uint8Array, first: Segment): Generator<Segment> {
  const view = viewOf(bytes);
  yield first;
  let at = bytes.indexOf(0xff, first.end);
  while (at !== -1 && at + 3 < bytes.length) {
    const marker = bytes[at + 1]!;
    if (marker === END) return;
    const start = at + 2;
    const isData = marker === 0 || marker === 0xff || marker === 0x01 ||
      (marker >= 0xd0 && marker <= 0xd7);
    const end = isData ? at + 1 : start + view.getUint16(start);
    if (marker === SCAN && end <= bytes.length) {
      yield { marker, from: at, start, end };
    }
    at = bytes.indexOf(0xff, end);
  }
}
