/**
 * From pixels to a descriptor: what the model sees of a picture, one unsigned
 * byte per value.
 *
 * The square's gradients are described by their local auto-correlation: for a
 * few offsets, how strongly the directions at either end of the offset occur
 * together, in each cell of a grid. Its colours are described by histograms on
 * a coarser grid.
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
import type { Pointer } from "../kernels/mod.ts";
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

/** What the kernels keep of a gradient. */
const RECORD_BYTES = 16;

/** Arena blocks of describe. */
export interface DescriberViews {
  readonly square: SquareViews;
  /** The upright square [3][size][size]. */
  readonly planes: Float32Array;
  /** Gradients, with a margin where an offset may reach [size + r][r + size + r][4]. */
  readonly gradients: Float32Array;
  /** Where a pixel's neighbours are: itself, then four per radius. */
  readonly offsets: Int32Array;
  /** One cell's pairs by offset [offsets][8][8][4]. */
  readonly tables: Float32Array;
  /** One cell's values: single gradients [8], then pairs [4·radii][8][8]. */
  readonly cell: Float32Array;
  /** One cell's colours [levels³][8]. */
  readonly colors: Float32Array;
  /** Cells pooled [grid²][cell], then colours [colorGrid²][levels³]. */
  readonly values: Float32Array;
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
  const length = descriptorLength(preprocessing);
  const { size, radii } = preprocessing;
  const margin = marginOf(preprocessing);
  const area = (size + 2 * margin) * (size + margin);
  const offsets = 1 + 4 * radii.length;
  return {
    square: allocateSquare(allocate, size),
    planes: allocate.floats(3 * size * size),
    gradients: allocate.floats(4 * area),
    offsets: allocate.ints(offsets),
    tables: allocate.floats(offsets * OCTANTS * OCTANTS * 4),
    cell: allocate.floats(cellLength(preprocessing)),
    colors: allocate.floats(8 * preprocessing.colorLevels ** 3),
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
  const { planes, values, bytes } = views;
  if (out.length !== bytes.length) {
    throw new RangeError(
      `Cannot describe a picture: expected room for ${bytes.length} values, got ${out.length}`,
    );
  }
  drawSquare(kernels, views.square, header, pixels, view, planes);
  values.fill(0);
  describeGradients(kernels, views, preprocessing);
  const [gradients, colors] = descriptorParts(preprocessing);
  describeColors(
    kernels,
    views,
    preprocessing,
    values.byteOffset + gradients * 4,
  );
  const { size, colorGrid, gradientScale, colorScale } = preprocessing;
  const total = kernels.sum(values.byteOffset, gradients);
  kernels.rootBytes(
    values.byteOffset,
    gradients,
    total > 0 ? gradientScale / Math.sqrt(total) : 0,
    bytes.byteOffset,
  );
  kernels.rootBytes(
    values.byteOffset + gradients * 4,
    colors,
    colorScale * colorGrid / size,
    bytes.byteOffset + gradients,
  );
  out.set(bytes);
}

/** Adds the gradient part of the values. */
function describeGradients(
  kernels: ImageKernels,
  views: DescriberViews,
  preprocessing: Preprocessing,
): void {
  const { size, radii, cells } = preprocessing;
  const { offsets, tables, cell } = views;
  const margin = marginOf(preprocessing);
  const stride = size + 2 * margin;
  const gradients = views.gradients.byteOffset + margin * RECORD_BYTES;
  offsets.set([
    0,
    ...radii.flatMap((r) => [r, r * stride + r, r * stride, r * stride - r]),
  ]);
  kernels.gradients(
    views.planes.byteOffset,
    size,
    gradients,
    stride,
  );
  const side = size / cells;
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      tables.fill(0);
      kernels.addPairs(
        gradients + (row * stride + column) * side * RECORD_BYTES,
        stride,
        side,
        side,
        offsets.byteOffset,
        offsets.length,
        tables.byteOffset,
      );
      kernels.foldPairs(tables.byteOffset, offsets.length, cell.byteOffset);
      pool(kernels, views, preprocessing, row, column);
    }
  }
}

/** Adds one cell to those of the grid, by how near it is to their centres along either axis. */
function pool(
  kernels: ImageKernels,
  { cell, values }: DescriberViews,
  { cells, grid }: Preprocessing,
  row: number,
  column: number,
): void {
  const position = (i: number) =>
    Math.min(Math.max((i + 0.5) * grid / cells - 0.5, 0), grid - 1);
  const share = (i: number, j: number) =>
    Math.max(0, 1 - Math.abs(position(i) - j));
  for (let y = 0; y < grid; y++) {
    for (let x = 0; x < grid; x++) {
      const weight = share(row, y) * share(column, x);
      if (weight === 0) continue;
      const out = values.byteOffset + (y * grid + x) * cell.byteLength;
      kernels.addScaled(cell.byteOffset, cell.length, weight, out);
    }
  }
}

/** Adds the colour part of the values, at `out`. */
function describeColors(
  kernels: ImageKernels,
  { planes, colors }: DescriberViews,
  { size, colorGrid, colorLevels }: Preprocessing,
  out: Pointer,
): void {
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
