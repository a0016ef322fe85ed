/**
 * From pixels to a descriptor: what the model sees of a picture, one unsigned
 * byte per value.
 *
 * The square's gradients are described by their local auto-correlation: for a
 * few offsets, how strongly the two orientations at either end of the offset
 * occur together, in each cell of a grid. Its colours are described by
 * histograms on a coarser grid.
 *
 * Source: Kobayashi and Otsu, Image Feature Extraction Using Gradient Local
 * Auto-Correlations, ECCV 2008; the square root of the L1-normalized vector
 * after Arandjelović and Zisserman, Three things everyone should know to
 * improve object retrieval, CVPR 2012, 3.1.
 *
 * @module
 */

import type { Allocator } from "../kernels/arena.ts";
import type { ImageKernels } from "../kernels/image.ts";
import type { Pixels } from "./decoders/decoder.ts";
import type { ImageHeader } from "./header.ts";
import { allocateSquare, drawSquare, type SquareViews } from "./square.ts";
import type { View } from "./view.ts";

/** What turns a picture into a descriptor; it travels inside the weights file as JSON. */
export interface Preprocessing {
  /** Of the method; another method has another name. */
  readonly name: string;
  /** Side of the square, in pixels; a multiple of 4. */
  readonly size: number;
  /** Bins of a full turn. */
  readonly orientations: number;
  /** Lengths of the offsets between paired gradients, in pixels along an axis. */
  readonly radii: readonly number[];
  /** Cells along either side, for gradients; at least 2. */
  readonly grid: number;
  /** Bytes per unit of √(share of the whole). */
  readonly gradientScale: number;
  /** Levels of each of red, green and blue; at least 2. */
  readonly colorLevels: number;
  /** Cells along either side, for colours; divides the size. */
  readonly colorGrid: number;
  /** Bytes per unit of √pixels. */
  readonly colorScale: number;
}

/** The method of this module. */
const NAME = "gradient-pairs-1";

/** What a new model is trained with. */
export const PREPROCESSING: Preprocessing = {
  name: NAME,
  size: 96,
  orientations: 8,
  radii: [1, 4],
  grid: 3,
  gradientScale: 2000,
  colorLevels: 4,
  colorGrid: 2,
  colorScale: 4,
};

/** Arena blocks of describe. */
export interface DescriberViews {
  readonly square: SquareViews;
  /** The upright square [3][size][size]. */
  readonly planes: Float32Array;
  /** Gradients, with a margin where an offset may reach [size + r][r + size + r]. */
  readonly magnitudes: Float32Array;
  readonly bins: Int32Array;
  readonly fractions: Float32Array;
  /** Which cells a row or column belongs to, and how much [size]. */
  readonly lows: Int32Array;
  readonly lowWeights: Float32Array;
  readonly highWeights: Float32Array;
  /** Where a pixel's neighbours are: itself, then four per radius. */
  readonly offsets: Int32Array;
  /** Pairs by offset [offsets][grid²][orientations²][4]. */
  readonly tables: Float32Array;
  /** Gradient values [grid²][orientations + radii·4·orientations²], then colours [colorGrid²][levels³]. */
  readonly values: Float32Array;
  readonly bytes: Uint8Array;
}

/**
 * How many values a descriptor has.
 *
 * @throws {RangeError} If the preprocessing is not one that this module knows.
 */
export function descriptorLength(preprocessing: Preprocessing): number {
  checkPreprocessing(preprocessing);
  return gradientLength(preprocessing) + colorLength(preprocessing);
}

/**
 * Allocates what describe needs.
 *
 * @throws {RangeError} If the preprocessing is not one that this module knows.
 */
export function allocateDescriber(
  allocate: Allocator,
  preprocessing: Preprocessing,
): DescriberViews {
  const length = descriptorLength(preprocessing);
  const { size, grid, orientations, radii } = preprocessing;
  const margin = marginOf(preprocessing);
  const area = (size + 2 * margin) * (size + margin);
  const offsets = 1 + 4 * radii.length;
  return {
    square: allocateSquare(allocate, size),
    planes: allocate.floats(3 * size * size),
    magnitudes: allocate.floats(area),
    bins: allocate.ints(area),
    fractions: allocate.floats(area),
    lows: allocate.ints(size),
    lowWeights: allocate.floats(size),
    highWeights: allocate.floats(size),
    offsets: allocate.ints(offsets),
    tables: allocate.floats(
      offsets * grid * grid * orientations * orientations * 4,
    ),
    values: allocate.floats(length),
    bytes: allocate.bytes(length),
  };
}

/**
 * Writes the descriptor of one view of a decoded picture.
 *
 * out [descriptorLength(preprocessing)], anywhere.
 *
 * @throws {RangeError} If the view does not lie in the picture or out has another length.
 */
export function describe(
  kernels: ImageKernels,
  views: DescriberViews,
  preprocessing: Preprocessing,
  header: ImageHeader,
  pixels: Pixels,
  view: View,
  out: Uint8Array,
): void {
  const { values, bytes } = views;
  if (out.length !== bytes.length) {
    throw new RangeError(
      `Cannot describe a picture: expected room for ${bytes.length} values, got ${out.length}`,
    );
  }
  drawSquare(kernels, views.square, header, pixels, view, views.planes);
  describeGradients(kernels, views, preprocessing);
  describeColors(kernels, views, preprocessing);
  const gradients = gradientLength(preprocessing);
  const total = kernels.sum(values.byteOffset, gradients);
  const scale = total > 0 ? preprocessing.gradientScale / Math.sqrt(total) : 0;
  kernels.rootBytes(values.byteOffset, gradients, scale, bytes.byteOffset);
  kernels.rootBytes(
    values.byteOffset + gradients * 4,
    colorLength(preprocessing),
    preprocessing.colorScale,
    bytes.byteOffset + gradients,
  );
  out.set(bytes);
}

/** Fills in the gradient part of the values. */
function describeGradients(
  kernels: ImageKernels,
  views: DescriberViews,
  preprocessing: Preprocessing,
): void {
  const { size, orientations, radii, grid } = preprocessing;
  const margin = marginOf(preprocessing);
  const stride = size + 2 * margin;
  const magnitudes = views.magnitudes.byteOffset + margin * 4;
  const bins = views.bins.byteOffset + margin * 4;
  const fractions = views.fractions.byteOffset + margin * 4;
  kernels.gradients(
    views.planes.byteOffset,
    size,
    orientations,
    magnitudes,
    bins,
    fractions,
    stride,
  );
  shareAxis(preprocessing, views);
  views.offsets.set([
    0,
    ...radii.flatMap((r) => [r, r * stride + r, r * stride, r * stride - r]),
  ]);
  views.tables.fill(0);
  kernels.addPairs(
    magnitudes,
    bins,
    fractions,
    stride,
    size,
    views.offsets.byteOffset,
    views.offsets.length,
    views.lows.byteOffset,
    views.lowWeights.byteOffset,
    views.highWeights.byteOffset,
    grid,
    orientations,
    views.tables.byteOffset,
  );
  foldTables(kernels, views, preprocessing);
}

/** Brings the tables to their histograms: single gradients, then pairs, cell by cell. */
function foldTables(
  kernels: ImageKernels,
  views: DescriberViews,
  preprocessing: Preprocessing,
): void {
  const { orientations, grid } = preprocessing;
  const cells = grid * grid;
  const stride = gradientLength(preprocessing) / cells;
  const tableBytes = views.tables.byteLength / views.offsets.length;
  let table = views.tables.byteOffset;
  let out = views.values.byteOffset;
  kernels.foldSingles(table, cells, orientations, out, stride);
  out += orientations * 4;
  for (let i = 1; i < views.offsets.length; i++) {
    table += tableBytes;
    kernels.foldPairs(table, cells, orientations, out, stride);
    out += orientations * orientations * 4;
  }
}

/** Fills in the colour part of the values. */
function describeColors(
  kernels: ImageKernels,
  views: DescriberViews,
  preprocessing: Preprocessing,
): void {
  const { size, colorGrid, colorLevels } = preprocessing;
  const histograms = views.values.subarray(gradientLength(preprocessing));
  histograms.fill(0);
  kernels.addColors(
    views.planes.byteOffset,
    size,
    colorGrid,
    colorLevels,
    histograms.byteOffset,
  );
}

function gradientLength({ grid, orientations, radii }: Preprocessing): number {
  return grid * grid *
    (orientations + radii.length * 4 * orientations * orientations);
}

function colorLength({ colorGrid, colorLevels }: Preprocessing): number {
  return colorGrid * colorGrid * colorLevels ** 3;
}

/** How far an offset reaches. */
function marginOf({ radii }: Preprocessing): number {
  return Math.max(0, ...radii);
}

/**
 * Shares every row (and column) between the two cells whose centres it lies
 * between, linearly; what is outside of the outermost centres is theirs alone.
 */
function shareAxis({ size, grid }: Preprocessing, views: DescriberViews): void {
  const last = grid - 1;
  for (let i = 0; i < size; i++) {
    const position = Math.min(Math.max((i + 0.5) * grid / size - 0.5, 0), last);
    const low = Math.min(Math.floor(position), last - 1);
    views.lows[i] = low;
    views.lowWeights[i] = 1 - (position - low);
    views.highWeights[i] = position - low;
  }
}

function checkPreprocessing(preprocessing: Preprocessing): void {
  const { name, size, orientations, radii, grid, gradientScale } =
    preprocessing;
  const { colorLevels, colorGrid, colorScale } = preprocessing;
  const whole = (value: number, least: number) =>
    Number.isInteger(value) && value >= least;
  const known = name === NAME && whole(size, 4) && size % 4 === 0 &&
    whole(grid, 2) &&
    whole(orientations, 2) && radii.every((r) => whole(r, 1) && r < size) &&
    whole(colorLevels, 2) && whole(colorGrid, 1) && size % colorGrid === 0 &&
    gradientScale > 0 && colorScale > 0 &&
    gradientLength(preprocessing) % 4 === 0 &&
    colorLength(preprocessing) % 4 === 0;
  if (!known) {
    throw new RangeError(
      `Cannot describe pictures: expected the preprocessing "${NAME}", got ${
        JSON.stringify(preprocessing)
      }`,
    );
  }
}
