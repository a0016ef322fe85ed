/**
 * From decoded pixels to an upright square: the area average of a rectangle.
 *
 * @module
 */

import type { Allocator } from "../kernels/arena.ts";
import type { ImageKernels } from "../kernels/image.ts";
import { Band, PADDING } from "./band.ts";
import type { Pixels } from "./decoders/decoder.ts";
import type { ImageHeader } from "./header.ts";
import { checkView, orient, type View } from "./view.ts";

/** Arena blocks of drawSquare; their size does not depend on the image's. */
export interface SquareViews {
  readonly size: number;
  /** Some rows of pixels. */
  readonly pixels: Uint8Array;
  /** Weighted sums of rows [STRIP][4]. */
  readonly sums: Float32Array;
  /** The square before it is turned upright [size][size][4]. */
  readonly cells: Float32Array;
  /** The columns of the strip that make each cell [size]. */
  readonly firsts: Int32Array;
  readonly counts: Int32Array;
  readonly firstWeights: Float32Array;
  readonly lastWeights: Float32Array;
  /** Gain and offset of R, G, B and nothing [2][4]. */
  readonly colors: Float32Array;
}

/** The most columns that are worked on at once. */
const STRIP = 1024;
/** Fits in a level-2 cache beside the sums. */
const BLOCK_BYTES = 131_072;
/** The most that the kernel may sum in one call. */
const MAXIMUM_ROWS = 256;

/**
 * Allocates what drawSquare needs.
 *
 * @throws {RangeError} If the size is not a positive multiple of 4.
 */
export function allocateSquare(allocate: Allocator, size: number): SquareViews {
  if (!Number.isInteger(size) || size < 4 || size % 4 !== 0) {
    throw new RangeError(
      `Cannot make a square: expected a multiple of 4 as its size, got ${size}`,
    );
  }
  return {
    size,
    pixels: allocate.bytes(BLOCK_BYTES + PADDING),
    sums: allocate.floats(STRIP * 4),
    cells: allocate.floats(size * size * 4),
    firsts: allocate.ints(size),
    counts: allocate.ints(size),
    firstWeights: allocate.floats(size),
    lastWeights: allocate.floats(size),
    colors: allocate.floats(8),
  };
}

/**
 * Draws a view of an image as a square: every value is the mean of the pixels
 * under it, each weighted by the area that lies under it; transparent pixels
 * are laid over white first. Only the rows and columns of the view are touched.
 *
 * out [3][size][size], an arena block: the planes R, G, B in 0…255, upright.
 *
 * @throws {RangeError} If the view does not lie in the image or out has another length.
 */
export function drawSquare(
  kernels: ImageKernels,
  views: SquareViews,
  header: ImageHeader,
  pixels: Pixels,
  view: View,
  out: Float32Array,
): void {
  const { size, cells, colors } = views;
  checkView(view);
  if (out.length !== 3 * size * size) {
    throw new RangeError(
      `Cannot draw a square: expected room for ${
        3 * size * size
      } values, got ${out.length}`,
    );
  }
  const stored = orient(view, header.orientation, size);
  const columns = {
    start: stored.left * pixels.width,
    stop: stored.right * pixels.width,
  };
  const rows = {
    start: stored.top * pixels.height,
    stop: stored.bottom * pixels.height,
  };
  const end = Math.min(Math.ceil(columns.stop), pixels.width);
  const opaque = header.type === "jpeg";
  cells.fill(0);
  for (let left = Math.floor(columns.start); left < end; left += STRIP) {
    const right = Math.min(left + STRIP, end);
    planColumns(views, columns, left, right);
    averageStrip(
      kernels,
      views,
      new Band(kernels, views.pixels, pixels, left, right, opaque),
      rows,
      size * size / ((columns.stop - columns.start) * (rows.stop - rows.start)),
    );
  }
  colors.set(view.gain);
  colors.set(view.offset, 4);
  kernels.placeCells(
    cells.byteOffset,
    stored.origin,
    stored.rowStep,
    stored.columnStep,
    colors.byteOffset,
    out.byteOffset,
    size,
  );
}

/** Part of a line, in pixels. */
interface Interval {
  readonly start: number;
  readonly stop: number;
}

/** The beginning of the i-th of `size` equal parts of an interval, or `limit` if that comes first. */
function edge(
  { start, stop }: Interval,
  i: number,
  size: number,
  limit: number,
): number {
  return Math.min(start + i * ((stop - start) / size), limit);
}

/** Finds the columns of the strip that make each cell, and the shares of the outermost ones. */
function planColumns(
  views: SquareViews,
  columns: Interval,
  left: number,
  right: number,
): void {
  for (let j = 0; j < views.size; j++) {
    const start = Math.max(edge(columns, j, views.size, right), left);
    const stop = edge(columns, j + 1, views.size, right);
    const first = Math.floor(start);
    const end = Math.ceil(stop);
    views.counts[j] = stop > start ? end - first : 0;
    views.firsts[j] = first - left;
    views.firstWeights[j] = Math.min(first + 1, stop) - start;
    views.lastWeights[j] = stop - (end - 1);
  }
}

/** Adds a strip of columns to the cells. */
function averageStrip(
  kernels: ImageKernels,
  views: SquareViews,
  band: Band,
  rows: Interval,
  scale: number,
): void {
  const { size, sums, cells } = views;
  for (let i = 0; i < size; i++) {
    const start = edge(rows, i, size, band.height);
    const stop = edge(rows, i + 1, size, band.height);
    sumBand(kernels, sums, band, start, stop);
    kernels.sumColumns(
      sums.byteOffset,
      views.firsts.byteOffset,
      views.counts.byteOffset,
      views.firstWeights.byteOffset,
      views.lastWeights.byteOffset,
      scale,
      cells.byteOffset + i * size * 16,
      size,
    );
  }
}

/** Sums the rows from `start` to `stop`, as many at a time as the band holds. */
function sumBand(
  kernels: ImageKernels,
  sums: Float32Array,
  band: Band,
  start: number,
  stop: number,
): void {
  const first = Math.min(Math.floor(start), band.height - 1);
  const end = Math.max(Math.ceil(stop), first + 1);
  for (let row = first; row < end;) {
    const pointer = band.pointerOf(row);
    const next = Math.min(end, band.end, row + MAXIMUM_ROWS);
    kernels.sumRows(
      pointer,
      band.rowBytes,
      next - row,
      Math.min(row + 1, stop) - Math.max(row, start),
      Math.min(next, stop) - (next - 1),
      sums.byteOffset,
      band.columns,
      row === first ? 0 : 1,
    );
    row = next;
  }
}
