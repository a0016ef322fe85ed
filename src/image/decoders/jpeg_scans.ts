/**
 * Checks that a JPEG of several scans has each of them once. A decoder does not warn of
 * a missing scan: cut between two scans, a progressive file is a valid one of a blurred
 * image. Of duplicate scans it warns only at the end.
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

/** The part of the coefficients in a scan. */
interface Band {
  /** The first and the last. */
  readonly from: number;
  readonly to: number;
  /** Bits of them that are missing before the scan, and after it. */
  readonly before: number;
  readonly after: number;
}
const WHOLE: Band = { from: 0, to: COEFFICIENTS - 1, before: ALL, after: 0 };

/**
 * Checks that every bit of every coefficient is in one scan. It goes over a file of
 * several scans once, from marker to marker.
 *
 * @throws {Error} If one is in none, or in more.
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
    const band = progressive ? bandOf(bytes, scan) : WHOLE;
    for (const name of namesOf(bytes, scan)) take(missing.get(name), band);
  }
  const isDone = (bits: Uint8Array) => bits.every((left) => left === 0);
  if (![...missing.values()].every(isDone)) {
    throw new Error("some of its scans are missing");
  }
}

/** Notes what a scan brings of a component. */
function take(
  missing: Uint8Array | undefined,
  { from, to, before, after }: Band,
): void {
  const bits = missing?.subarray(from, to + 1);
  if (bits?.some((left) => left !== before)) {
    throw new Error("one of its scans comes twice, or too early");
  }
  bits?.fill(after);
}

/** The part of the coefficients in a progressive scan. */
function bandOf(bytes: Uint8Array, { end }: Segment): Band {
  const [from, to, bits] = [bytes[end - 3]!, bytes[end - 2]!, bytes[end - 1]!];
  return { from, to, before: bits >> 4 || ALL, after: bits & 15 };
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
