/**
 * The first frame of an animated PNG, as a PNG that decoders know: ours does not
 * know animations, and the main image may be another.
 *
 * Source: W3C Portable Network Graphics (third edition), 4.9 and 11.3.6; annex D
 * for the checksum.
 *
 * @module
 */

import { MOST_PARTS, viewOf } from "./parsed.ts";

const SIGNATURE_BYTES = 8;
/** Length and type before a chunk's data, and all that is around it. */
const HEAD_BYTES = 8;
const CHUNK_BYTES = 12;
const HEADER_BYTES = 13;
const CONTROL_BYTES = 26;
/** The number that stands before a frame's data. */
const SEQUENCE_BYTES = 4;
/** The reflected polynomial of CRC-32. */
const POLYNOMIAL = 0xedb88320;
/** The table of the checksum, by byte. */
const CHECKSUMS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) {
    crc = crc & 1 ? crc >>> 1 ^ POLYNOMIAL : crc >>> 1;
  }
  return crc;
});

/** A frame as a file of its own, and where it lies. */
export interface PngFrame {
  readonly png: Uint8Array;
  readonly canvas: { readonly width: number; readonly height: number };
  readonly left: number;
  readonly top: number;
}

/** A chunk of a PNG. */
export interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

/** Chunks that only animations have. */
const ANIMATION = ["acTL", "fcTL", "fdAT"];

/**
 * Takes the first frame out of an animation; undefined if the file is none. It is
 * usually the main image, else the first frame after it.
 */
export function readPngFrame(bytes: Uint8Array): PngFrame | undefined {
  if (!isAnimated(bytes)) return undefined;
  const chunks = [...chunksOf(bytes)];
  const header = chunks[0]!.data;
  if (header.length < HEADER_BYTES) return undefined;
  const screen = viewOf(header);
  const canvas = { width: screen.getUint32(0), height: screen.getUint32(4) };
  const main = chunks.findIndex(({ type }) => type === "IDAT");
  const control = chunks.findIndex(({ type }) => type === "fcTL");
  const still = chunks.filter(({ type }) => !ANIMATION.includes(type));
  if (main < 0 || control < main) {
    return { png: assembled(still), canvas, left: 0, top: 0 };
  }
  const { data } = chunks[control]!;
  if (data.length < CONTROL_BYTES) return undefined;
  const own = header.slice();
  own.set(data.subarray(4, 12)); // the frame's width and height
  const before = still.slice(1, still.findIndex(({ type }) => type === "IDAT"));
  const place = viewOf(data);
  return {
    png: assembled([
      { type: "IHDR", data: own },
      ...before,
      ...dataOf(chunks.slice(control + 1)),
      { type: "IEND", data: new Uint8Array() },
    ]),
    canvas,
    left: place.getUint32(12),
    top: place.getUint32(16),
  };
}

/** Whether an animation is announced, before the main image. */
function isAnimated(bytes: Uint8Array): boolean {
  for (const { type } of chunksOf(bytes)) {
    if (type === "acTL") return true;
    if (type === "IDAT") return false;
  }
  return false;
}

/** The data of one frame, as that of a main image. */
function dataOf(chunks: readonly Chunk[]): Chunk[] {
  const end = chunks.findIndex(({ type }) => type === "fcTL");
  return chunks.slice(0, end < 0 ? chunks.length : end)
    .filter(({ type }) => type === "fdAT")
    .map(({ data }) => ({ type: "IDAT", data: data.subarray(SEQUENCE_BYTES) }));
}

/** The chunks of a PNG; of one that is cut off, the data that is there. */
export function* chunksOf(bytes: Uint8Array): Generator<Chunk> {
  const view = viewOf(bytes);
  let offset = SIGNATURE_BYTES;
  for (let i = 0; i < MOST_PARTS && offset + CHUNK_BYTES <= bytes.length; i++) {
    const length = view.getUint32(offset);
    const start = offset + HEAD_BYTES;
    const type = String.fromCharCode(...bytes.subarray(offset + 4, start));
    yield { type, data: bytes.subarray(start, start + length) };
    offset += CHUNK_BYTES + length;
  }
}

/** A file of these chunks. */
export function assembled(chunks: readonly Chunk[]): Uint8Array {
  const length = chunks.reduce(
    (sum, { data }) => sum + CHUNK_BYTES + data.length,
    SIGNATURE_BYTES,
  );
  const png = new Uint8Array(length);
  const view = viewOf(png);
  png.set(Uint8Array.from("\x89PNG\r\n\x1a\n", (c) => c.charCodeAt(0)));
  let offset = SIGNATURE_BYTES;
  for (const { type, data } of chunks) {
    view.setUint32(offset, data.length);
    png.set(Uint8Array.from(type, (c) => c.charCodeAt(0)), offset + 4);
    png.set(data, offset + HEAD_BYTES);
    const end = offset + HEAD_BYTES + data.length;
    view.setUint32(end, checksum(png.subarray(offset + 4, end)));
    offset = end + 4;
  }
  return png;
}

/** CRC-32 of a chunk's type and data. */
export function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) {
    crc = crc >>> 8 ^ CHECKSUMS[(crc ^ bytes[i]!) & 255]!;
  }
  return ~crc >>> 0;
}
