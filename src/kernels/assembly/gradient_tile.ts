/**
 * The weight gradient tile by tile, in one of two ways: on small batches by
 * gradient_block.ts, on larger ones by gradient_rows.ts. Their bits are the same.
 */

import * as byBlocks from "./gradient_block";
import * as byRows from "./gradient_rows";

/** Rows from which on it costs less to go through lists of them (measured by tests/bench/kernels.ts). */
const MANY = 24;

/** Panels per group. */
export function groupPanels(batch: i32): i32 {
  return batch < MANY ? byBlocks.GROUP : byRows.GROUP;
}

/** Inputs per block. */
export function blockInputs(batch: i32): i32 {
  return batch < MANY ? byBlocks.blockInputs(batch) : byRows.blockInputs(batch);
}

/** Inputs per tile. */
export function tileInputs(batch: i32): i32 {
  return batch < MANY ? byBlocks.TILE : byRows.TILE;
}

/** Packs the gradients of a group of panels into the scratch. */
export function packGradient(
  g: usize,
  gStride: i32,
  batch: i32,
  panels: i32,
  scratch: usize,
): void {
  if (batch < MANY) {
    byBlocks.packGradient(g, gStride, batch, panels, scratch);
  } else {
    byRows.packGradient(g, gStride, batch, panels, scratch);
  }
}

/** Packs `count` columns of x, at most a block, into the scratch. */
export function packInputs(
  x: usize,
  xStride: i32,
  batch: i32,
  count: i32,
  scratch: usize,
): void {
  if (batch < MANY) {
    byBlocks.packInputs(x, xStride, batch, count, scratch);
  } else {
    byRows.packInputs(x, xStride, batch, count, scratch);
  }
}

/**
 * The gradient of a panel of the group for `count` inputs from `first` of the block
 * on, at most a tile: [count][8], in the scratch until the next tile.
 */
export function gradientTile(
  scratch: usize,
  batch: i32,
  panel: i32,
  first: i32,
  count: i32,
): usize {
  return batch < MANY
    ? byBlocks.gradientTile(scratch, batch, panel, first, count)
    : byRows.gradientTile(scratch, batch, panel, first);
}
