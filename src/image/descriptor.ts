/**
 * From pixels to a descriptor: what the model sees of an image, one unsigned
 * byte per value.
 *
 * The square's gradients are described by their local auto-correlation: for a
 * few offsets, how strongly the directions at either end of the offset occur
 * together, in each cell of a grid. Its colours are described by histograms on
 * a coarser grid, and so is how sharp it is, which the gradients do not tell:
 * they are the same whatever their strength.
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
import {
  cellLength,
  descriptorCells,
  descriptorLayout,
  descriptorLength,
  descriptorParts,
  marginOf,
  OCTANTS,
  PREPROCESSING,
  type Preprocessing,
  type ValueKind,
} from "./preprocessing.ts";
import { allocateSquare, drawSquare, type SquareViews } from "./square.ts";
import type { View } from "./view.ts";

export {
  descriptorCells,
  descriptorLayout,
  descriptorLength,
  descriptorParts,
  PREPROCESSING,
  type Preprocessing,
  type ValueKind,
};

/** The bytes of a gradient's record, as the kernels keep it. */
const RECORD_BYTES = 16;

/** The working memory of describe: blocks of an arena, and tables that do not change. */
export interface DescriberViews {
  readonly square: SquareViews;
  /** The upright square [3][size][size]. */
  readonly planes: Float32Array;
  /** Gradients, with a margin where an offset may reach [size + r][r + size + r][4]. */
  readonly gradients: Float32Array;
  readonly radii: Int32Array;
  /** One cell's gradients, then its pairs, four tables per radius [1 + 4·radii][8][8][4]. */
  readonly tables: Float32Array;
  /** One cell's values: single gradients [8], then pairs [4·radii][8][8]. */
  readonly cell: Float32Array;
  /** One cell's colours [levels³][8]. */
  readonly colors: Float32Array;
  /** The share of each cell that belongs to each pooled one [cells²][grid²]. */
  readonly shares: Float32Array;
  /** The same, for the kernels. */
  readonly weights: Float32Array;
  /** Cells pooled [grid²][cell]. */
  readonly pooled: Float32Array;
  /** [colorGrid²][levels³] */
  readonly histograms: Float32Array;
  /** [sharpnessGrid²][levels] */
  readonly sharpness: Float32Array;
  /** The descriptor. */
  readonly bytes: Uint8Array;
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
  const [pooled, histograms, sharpness] = descriptorParts(preprocessing);
  const { size, radii } = preprocessing;
  const margin = marginOf(preprocessing);
  const area = (size + 2 * margin) * (size + margin);
  const tables = 1 + 4 * radii.length;
  const shares = poolingShares(preprocessing);
  return {
    square: allocateSquare(allocate, size),
    planes: allocate.floats(3 * size * size),
    gradients: allocate.floats(4 * area),
    radii: allocate.ints(radii.length),
    tables: allocate.floats(tables * OCTANTS * OCTANTS * 4),
    cell: allocate.floats(cellLength(preprocessing)),
    colors: allocate.floats(8 * preprocessing.colorLevels ** 3),
    shares,
    weights: allocate.floats(shares.length),
    pooled: allocate.floats(pooled),
    histograms: allocate.floats(histograms),
    sharpness: allocate.floats(sharpness),
    bytes: allocate.bytes(pooled + histograms + sharpness),
  };
}

/**
 * Writes the descriptor of one view of a decoded image.
 *
 * out [descriptorLength(preprocessing)], anywhere.
 *
 * @throws {RangeError} If the view does not lie in the image or out has another length.
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
  const { planes, pooled, histograms, sharpness, bytes } = views;
  if (out.length !== bytes.length) {
    throw new RangeError(
      `Cannot describe an image: expected room for ${bytes.length} values, got ${out.length}`,
    );
  }
  drawSquare(kernels, views.square, header, pixels, view, planes);
  describeGradients(kernels, views, preprocessing);
  describeColors(kernels, views, preprocessing);
  describeSharpness(kernels, views, preprocessing);
  const { size, colorGrid, gradientScale, colorScale } = preprocessing;
  const { sharpnessGrid, sharpnessScale } = preprocessing;
  const total = kernels.sum(pooled.byteOffset, pooled.length);
  kernels.rootBytes(
    pooled.byteOffset,
    pooled.length,
    total > 0 ? gradientScale / Math.sqrt(total) : 0,
    bytes.byteOffset,
  );
  kernels.rootBytes(
    histograms.byteOffset,
    histograms.length,
    colorScale * colorGrid / size,
    bytes.byteOffset + pooled.length,
  );
  kernels.rootBytes(
    sharpness.byteOffset,
    sharpness.length,
    sharpnessScale * sharpnessGrid / size * Math.SQRT2, // half of the pixels
    bytes.byteOffset + pooled.length + histograms.length,
  );
  out.set(bytes);
}

/** Makes the gradient part of the values. */
function describeGradients(
  kernels: ImageKernels,
  views: DescriberViews,
  preprocessing: Preprocessing,
): void {
  const { size, cells, grid } = preprocessing;
  const { radii, tables, cell, shares, weights, pooled } = views;
  const margin = marginOf(preprocessing);
  const stride = size + 2 * margin;
  const gradients = views.gradients.byteOffset + margin * RECORD_BYTES;
  radii.set(preprocessing.radii);
  weights.set(shares);
  pooled.fill(0);
  kernels.gradients(
    views.planes.byteOffset,
    size,
    gradients,
    stride,
  );
  kernels.poolPairs(
    gradients,
    stride,
    size / cells,
    cells,
    radii.byteOffset,
    radii.length,
    tables.byteOffset,
    cell.byteOffset,
    weights.byteOffset,
    grid ** 2,
    pooled.byteOffset,
  );
}

/** Computes the share of each cell that belongs to each of the grid's, by how near it is to their centres along either axis. */
function poolingShares({ cells, grid }: Preprocessing): Float32Array {
  const along = Array.from({ length: cells }, (_, i) => {
    const center = (i + 0.5) * grid / cells - 0.5;
    const position = Math.min(Math.max(center, 0), grid - 1);
    return Array.from(
      { length: grid },
      (_, j) => Math.max(0, 1 - Math.abs(position - j)),
    );
  });
  const shares = new Float32Array((cells * grid) ** 2);
  let next = 0;
  for (const down of along) {
    for (const across of along) {
      for (const y of down) {
        for (const x of across) shares[next++] = y * x;
      }
    }
  }
  return shares;
}

/** Makes the colour part of the values. */
function describeColors(
  kernels: ImageKernels,
  { planes, colors, histograms }: DescriberViews,
  { size, colorGrid, colorLevels }: Preprocessing,
): void {
  let out = histograms.byteOffset;
  histograms.fill(0);
  const side = size / colorGrid;
  for (let row = 0; row < colorGrid; row++) {
    for (let column = 0; column < colorGrid; column++) {
      const first = planes.byteOffset + (row * size + column) * side * 4;
      colors.fill(0);
      kernels.addColors(
        first,
        size * size,
        size,
        side,
        side,
        colorLevels,
        colors.byteOffset,
      );
      kernels.foldColors(colors.byteOffset, colorLevels, out);
      out += colorLevels ** 3 * 4;
    }
  }
}

/** Makes the part of the values that tells of sharpness. */
function describeSharpness(
  kernels: ImageKernels,
  { planes, sharpness }: DescriberViews,
  { size, sharpnessGrid, sharpnessLevels }: Preprocessing,
): void {
  sharpness.fill(0);
  kernels.countSharpness(
    planes.byteOffset,
    size,
    sharpnessGrid,
    sharpnessLevels,
    sharpness.byteOffset,
  );
}
