/**
 * The inner part of the weight gradient by blocks: all rows, four inputs of eight
 * outputs at a time.
 *
 * x and g are packed so that the inner loop reads both side by side. Every gradient
 * is one chain of sums in ascending order of the row: its bits depend neither on the
 * tile nor on the other panels of the call.
 *
 * Source of packing and blocks: Goto and van de Geijn 2008, "Anatomy of
 * High-Performance Matrix Multiplication" (doi:10.1145/1356052.1356053).
 */

import { multiplyAdd } from "./multiply_add";

/** Packed panels of g at a time. */
export const GROUP = 32;
/** Inputs of a tile: few, so that the update of one overlaps with the product of the next. */
export const TILE = 32;
/**
 * Floats of packed x at a time: they stay in the second cache while the panels pass
 * by, and a panel's weights and moments are read in long enough runs for the
 * machine to read ahead (measured by tests/bench/kernels.ts).
 */
const PACKED_FLOATS = 65536;

/** Inputs per block, a multiple of a tile. */
export function blockInputs(batch: i32): i32 {
  return max(TILE, PACKED_FLOATS / max(batch, 1) / TILE * TILE);
}

// The scratch: packed x [block/4][batch][4] · packed g of a group [panels][batch][8]
// · a tile [32][8].

function gradientIn(scratch: usize, batch: i32): usize {
  return scratch + (<usize> (batch * blockInputs(batch)) << 2);
}

/** Packs `panels` panels of g: [panels][batch][8]. */
export function packGradient(
  g: usize,
  gStride: i32,
  batch: i32,
  panels: i32,
  scratch: usize,
): void {
  let packed = gradientIn(scratch, batch);
  for (let p = 0; p < panels; p++, g += 32) {
    let at = g;
    for (let r = 0; r < batch; r++, at += <usize> gStride << 2, packed += 32) {
      v128.store(packed, v128.load(at)),
        v128.store(packed, v128.load(at, 16), 16);
    }
  }
}

/**
 * Packs `count` columns of x by fours: [count/4, rounded up][batch][4]. What comes
 * of the places after the last column is never used.
 */
export function packInputs(
  x: usize,
  xStride: i32,
  batch: i32,
  count: i32,
  scratch: usize,
): void {
  const four = <usize> batch << 4;
  const whole = count & ~3;
  for (let r = 0; r < batch; r++, x += <usize> xStride << 2, scratch += 16) {
    let to = scratch;
    let from = x;
    for (let i = 0; i < whole; i += 4, from += 16, to += four) {
      v128.store(to, v128.load(from));
    }
    for (let i = whole; i < count; i++, from += 4, to += 4) {
      store<f32>(to, load<f32>(from));
    }
  }
}

/** The gradient of a panel for `count` inputs from `first` of the block on: [count, rounded up to four][8]. */
export function gradientTile(
  scratch: usize,
  batch: i32,
  panel: i32,
  first: i32,
  count: i32,
): usize {
  const packed = gradientIn(scratch, batch);
  const g = packed + (<usize> (panel * batch) << 5);
  const tile = packed + (<usize> (GROUP * batch) << 5);
  let x = scratch + (<usize> (first * batch) << 2);
  let out = tile;
  for (let i = 0; i < count; i += 4, out += 128, x += <usize> batch << 4) {
    fourInputs(x, g, batch, out);
  }
  return tile;
}

/** The gradient of eight outputs for four inputs, in registers. */
function fourInputs(x: usize, g: usize, batch: i32, out: usize): void {
  let low0 = f32x4.splat(0), high0 = low0;
  let low1 = low0, high1 = low0;
  let low2 = low0, high2 = low0;
  let low3 = low0, high3 = low0;
  for (const end = x + (<usize> batch << 4); x < end; x += 16, g += 32) {
    const gLow = v128.load(g), gHigh = v128.load(g, 16);
    const four = v128.load(x);
    let a = v128.shuffle<f32>(four, four, 0, 0, 0, 0);
    low0 = multiplyAdd(low0, a, gLow), high0 = multiplyAdd(high0, a, gHigh);
    a = v128.shuffle<f32>(four, four, 1, 1, 1, 1);
    low1 = multiplyAdd(low1, a, gLow), high1 = multiplyAdd(high1, a, gHigh);
    a = v128.shuffle<f32>(four, four, 2, 2, 2, 2);
    low2 = multiplyAdd(low2, a, gLow), high2 = multiplyAdd(high2, a, gHigh);
    a = v128.shuffle<f32>(four, four, 3, 3, 3, 3);
    low3 = multiplyAdd(low3, a, gLow), high3 = multiplyAdd(high3, a, gHigh);
  }
  v128.store(out, low0), v128.store(out, high0, 16);
  v128.store(out, low1, 32), v128.store(out, high1, 48);
  v128.store(out, low2, 64), v128.store(out, high2, 80);
  v128.store(out, low3, 96), v128.store(out, high3, 112);
}
