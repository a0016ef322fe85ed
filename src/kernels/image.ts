/**
 * The image kernels, typed.
 *
 * @module
 */

import type { Pointer } from "./pointer.ts";

/** assembly/image.ts */
export interface SquareKernels {
  /** Pixels over white, in place, in bytes; alpha becomes 255. Touches whole groups of four. */
  overWhite(pixels: Pointer, count: number): void;
  /** Weighted sum of 1…256 rows of pixels; sums [columns][4], in whole groups of four. */
  sumRows(
    pixels: Pointer,
    rowBytes: number,
    rows: number,
    firstWeight: number,
    lastWeight: number,
    sums: Pointer,
    columns: number,
    accumulate: 0 | 1,
  ): void;
  /** cells [size][4] += scale · the weighted sum of each cell's columns. */
  sumColumns(
    sums: Pointer,
    firsts: Pointer,
    counts: Pointer,
    firstWeights: Pointer,
    lastWeights: Pointer,
    scale: number,
    cells: Pointer,
    size: number,
  ): void;
  /** out [3][size][size] = whole(clamp(gain·cell + offset)), the cells taken in any of eight orders. */
  placeCells(
    cells: Pointer,
    origin: number,
    rowStep: number,
    columnStep: number,
    colors: Pointer,
    out: Pointer,
    size: number,
  ): void;
}

/** assembly/descriptor.ts */
export interface DescriptorKernels {
  /** Records of the magnitude and direction of every pixel's steepest channel. */
  gradients(
    square: Pointer,
    size: number,
    out: Pointer,
    stride: number,
  ): void;
  /** out [coarse][cell] += weights [cells²][coarse] · the gradients and pairs of each cell. */
  poolPairs(
    gradients: Pointer,
    stride: number,
    side: number,
    cells: number,
    radii: Pointer,
    count: number,
    tables: Pointer,
    cell: Pointer,
    weights: Pointer,
    coarse: number,
    out: Pointer,
  ): void;
  /** The tables as histograms: of single gradients [8], then of pairs [count − 1][8][8]. */
  foldPairs(tables: Pointer, count: number, out: Pointer): void;
  /** y = y + a·x. */
  addScaled(x: Pointer, n: number, a: number, y: Pointer): void;
  /** Adds the colours of a rectangle to a table [levels³][8]. */
  addColors(
    square: Pointer,
    plane: number,
    stride: number,
    width: number,
    height: number,
    levels: number,
    table: Pointer,
  ): void;
  /** Adds the table to a histogram [levels³]. */
  foldColors(table: Pointer, levels: number, out: Pointer): void;
  /** Σ x, in double precision. */
  sum(x: Pointer, n: number): number;
  /** out = min(round(scale·√x), 255), in bytes. */
  rootBytes(x: Pointer, n: number, scale: number, out: Pointer): void;
}

/** assembly/sharpness.ts */
export interface SharpnessKernels {
  /** out [grid²][levels] += pixels of each cell's every second row by how much they differ from those around them. */
  countSharpness(
    square: Pointer,
    size: number,
    grid: number,
    levels: number,
    out: Pointer,
  ): void;
}

/** All of them. */
export interface ImageKernels
  extends SquareKernels, DescriptorKernels, SharpnessKernels {}
