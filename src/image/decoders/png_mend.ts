/**
 * A PNG with all of its pixels that a strict decoder refuses: more data follows
 * them, or what follows is cut off. Viewers show it.
 *
 * Source: W3C Portable Network Graphics (third edition), 8.1, 10.1 and 13.2.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { constants, deflateSync, inflateSync } from "node:zlib";
import { assembled, checksum, type Chunk, chunksOf } from "../header/apng.ts";
import { viewOf } from "../header/parsed.ts";

/** Samples of a pixel, by colour type. */
const SAMPLES: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** First column and row, and steps, of the passes of an interlaced image. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
const WHOLE = [[0, 0, 1, 1]] as const;
/** The most bytes of pixels that are taken out and put together again. */
const MOST_BYTES = 1 << 25;
/** Of the lines, at the end of their data. */
const CHECKSUM_BYTES = 4;
/** The most bytes that may follow them. */
const MOST_MORE = 1 << 16;

/**
 * The same image with the data of its pixels and no more; undefined where some are
 * missing or damaged, or there are too many of them.
 */
export function mendedPng(bytes: Uint8Array): Uint8Array | undefined {
  const chunks = [...chunksOf(bytes)];
  const header = chunks[0]?.data;
  if (header?.length !== 13 || chunks[0]!.type !== "IHDR") return undefined;
  const length = pixelBytes(header);
  if (!(length <= MOST_BYTES)) return undefined;
  const data = chunks.filter(({ type }) => type === "IDAT");
  if (data.some((chunk) => isDamaged(bytes, chunk))) return undefined;
  const pixels = inflated(data, length);
  if (pixels === undefined) return undefined;
  const first = chunks.findIndex(({ type }) => type === "IDAT");
  return assembled([
    ...chunks.slice(0, first),
    { type: "IDAT", data: deflateSync(pixels, { level: 1 }) },
    { type: "IEND", data: new Uint8Array() },
  ]);
}

/** The length of the filtered lines of an image, from its header; NaN if that makes no sense. */
function pixelBytes(header: Uint8Array): number {
  const view = viewOf(header);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const bits = header[8]! * (SAMPLES[header[9]!] ?? NaN);
  let length = 0;
  for (const [x, y, right, down] of header[12] === 0 ? WHOLE : PASSES) {
    const columns = Math.ceil((width - x) / right);
    const rows = Math.ceil((height - y) / down);
    if (columns > 0) length += rows * (1 + Math.ceil(columns * bits / 8));
  }
  return length;
}

/** Whether more than a checksum is cut off a chunk, or it has another than it should. */
function isDamaged(bytes: Uint8Array, { data }: Chunk): boolean {
  const start = data.byteOffset - bytes.byteOffset;
  const end = start + data.length;
  const view = viewOf(bytes);
  const missing = view.getUint32(start - 8) - data.length;
  if (missing > 0 || end + 4 > bytes.length) return missing > CHECKSUM_BYTES;
  return view.getUint32(end) !== checksum(bytes.subarray(start - 4, end));
}

/** The lines in the chunks of data; undefined if they are fewer, or not what was written. */
function inflated(
  chunks: readonly Chunk[],
  length: number,
): Uint8Array | undefined {
  try {
    const lines = inflateSync(Buffer.concat(chunks.map(({ data }) => data)), {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: length + MOST_MORE,
    });
    return lines.length < length ? undefined : lines.subarray(0, length);
  } catch {
    return undefined;
  }
}
