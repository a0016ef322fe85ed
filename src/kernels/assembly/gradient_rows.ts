/**
 * The inner part of the weight gradient by rows: one output at a time, over those
 * rows where its gradient is not zero.
 *
 * Behind a rectifier half of all gradients are zero, behind dropout more, and their
 * products with them. So each output has a list of the rows that are left, and its
 * sums for 48 inputs stay in registers while they pass by.
 *
 * Every gradient is one chain of sums from +0 in ascending order of the row. Adding
 * zero times a finite number would change no bit of it: the bits are those of
 * gradient_block.ts wherever x is finite.
 */

import { multiplyAdd } from "./multiply_add";

/** Panels of which the rows are listed at a time. */
export const GROUP = 64;
/** Inputs of a tile: twelve vectors, of which the registers hold the sums. */
export const TILE = 48;
/** Floats of packed x at a time; see gradient_block.ts. */
const PACKED_FLOATS = 16384;
const TILE_SIZE: usize = TILE << 5;

/** Inputs per block, a multiple of a tile. */
export function blockInputs(batch: i32): i32 {
  return max(TILE, PACKED_FLOATS / batch / TILE * TILE);
}

// The scratch: packed x [batch][block] · a tile [48][8] · sums [8][48] · where the
// list of each of 512 outputs ends · their lists, of `batch` places each.

function tileIn(scratch: usize, batch: i32): usize {
  return scratch + (<usize> (batch * blockInputs(batch)) << 2);
}

function endsIn(scratch: usize, batch: i32): usize {
  return tileIn(scratch, batch) + 2 * TILE_SIZE;
}

function listsIn(scratch: usize, batch: i32): usize {
  return endsIn(scratch, batch) + (GROUP << 5);
}

/**
 * Lists the rows of each output of `panels` panels where its gradient is not zero:
 * the gradient, and where the row lies in packed x.
 */
export function packGradient(
  g: usize,
  gStride: i32,
  batch: i32,
  panels: i32,
  scratch: usize,
): void {
  const row = blockInputs(batch) << 2;
  let ends = endsIn(scratch, batch);
  let list = listsIn(scratch, batch);
  for (let o = panels << 3; o > 0; o--, g += 4, ends += 4) {
    let entry = list;
    let at = g;
    for (let r = 0; r < batch; r++, at += <usize> gStride << 2) {
      const value = load<f32>(at);
      store<f32>(entry, value);
      store<i32>(entry, r * row, 4);
      entry += value !== 0 ? 8 : 0;
    }
    store<u32>(ends, <u32> entry);
    list += <usize> batch << 3;
  }
}

/** Packs `count` columns of x: [batch][block], with zeros after the last column to the end of its tile. */
export function packInputs(
  x: usize,
  xStride: i32,
  batch: i32,
  count: i32,
  scratch: usize,
): void {
  const row = <usize> blockInputs(batch) << 2;
  for (let r = 0; r < batch; r++, x += <usize> xStride << 2, scratch += row) {
    let from = x;
    let to = scratch;
    let i = 0;
    for (; i + 4 <= count; i += 4, from += 16, to += 16) {
      v128.store(to, v128.load(from));
    }
    for (; i < count; i++, from += 4, to += 4) {
      store<f32>(to, load<f32>(from));
    }
    for (; i % TILE !== 0; i++, to += 4) store<f32>(to, 0);
  }
}

/** The gradient of a panel for the 48 inputs from `first` of the block on: [48][8]. */
export function gradientTile(
  scratch: usize,
  batch: i32,
  panel: i32,
  first: i32,
): usize {
  const tile = tileIn(scratch, batch);
  const sums = tile + TILE_SIZE;
  let ends = endsIn(scratch, batch) + (<usize> panel << 5);
  let list = listsIn(scratch, batch) + (<usize> (panel * batch) << 6);
  const x = scratch + (<usize> first << 2);
  for (let o: usize = 0; o < 8; o++, ends += 4, list += <usize> batch << 3) {
    sumRows(x, list, <usize> load<u32>(ends), sums + o * (<usize> TILE << 2));
  }
  for (let i: usize = 0; i < <usize> TILE; i += 4) {
    transpose(sums + (i << 2), tile + (i << 5));
  }
  return tile;
}

/**
 * Σ_r g[r]·x[r, i] of 48 inputs over the rows of a list. The first row stands
 * before the loop: the engine then has the bounds of its twelve loads at hand, and
 * does not compute them anew on every turn (measured by tests/bench/kernels.ts).
 */
function sumRows(x: usize, entry: usize, end: usize, out: usize): void {
  let s0 = f32x4.splat(0);
  if (entry === end) {
    for (const last = out + (TILE << 2); out < last; out += 16) {
      v128.store(out, s0);
    }
    return;
  }
  let a = v128.load_splat<f32>(entry);
  let row = x + <usize> load<u32>(entry, 4);
  let s1 = multiplyAdd(s0, a, v128.load(row, 16));
  let s2 = multiplyAdd(s0, a, v128.load(row, 32));
  let s3 = multiplyAdd(s0, a, v128.load(row, 48));
  let s4 = multiplyAdd(s0, a, v128.load(row, 64));
  let s5 = multiplyAdd(s0, a, v128.load(row, 80));
  let s6 = multiplyAdd(s0, a, v128.load(row, 96));
  let s7 = multiplyAdd(s0, a, v128.load(row, 112));
  let s8 = multiplyAdd(s0, a, v128.load(row, 128));
  let s9 = multiplyAdd(s0, a, v128.load(row, 144));
  let s10 = multiplyAdd(s0, a, v128.load(row, 160));
  let s11 = multiplyAdd(s0, a, v128.load(row, 176));
  s0 = multiplyAdd(s0, a, v128.load(row));
  for (entry += 8; entry !== end; entry += 8) {
    a = v128.load_splat<f32>(entry);
    row = x + <usize> load<u32>(entry, 4);
    s0 = multiplyAdd(s0, a, v128.load(row));
    s1 = multiplyAdd(s1, a, v128.load(row, 16));
    s2 = multiplyAdd(s2, a, v128.load(row, 32));
    s3 = multiplyAdd(s3, a, v128.load(row, 48));
    s4 = multiplyAdd(s4, a, v128.load(row, 64));
    s5 = multiplyAdd(s5, a, v128.load(row, 80));
    s6 = multiplyAdd(s6, a, v128.load(row, 96));
    s7 = multiplyAdd(s7, a, v128.load(row, 112));
    s8 = multiplyAdd(s8, a, v128.load(row, 128));
    s9 = multiplyAdd(s9, a, v128.load(row, 144));
    s10 = multiplyAdd(s10, a, v128.load(row, 160));
    s11 = multiplyAdd(s11, a, v128.load(row, 176));
  }
  v128.store(out, s0), v128.store(out, s1, 16);
  v128.store(out, s2, 32), v128.store(out, s3, 48);
  v128.store(out, s4, 64), v128.store(out, s5, 80);
  v128.store(out, s6, 96), v128.store(out, s7, 112);
  v128.store(out, s8, 128), v128.store(out, s9, 144);
  v128.store(out, s10, 160), v128.store(out, s11, 176);
}

/** Turns four inputs of eight outputs, in rows 192 bytes apart, into [4][8]. */
function transpose(sums: usize, out: usize): void {
  let a = v128.load(sums), b = v128.load(sums, 192);
  let c = v128.load(sums, 384), d = v128.load(sums, 576);
  let ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  let cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  v128.store(out, v128.shuffle<u64>(ab, cd, 0, 2));
  v128.store(out, v128.shuffle<u64>(ab, cd, 1, 3), 32);
  ab = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  cd = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<u64>(ab, cd, 0, 2), 64);
  v128.store(out, v128.shuffle<u64>(ab, cd, 1, 3), 96);
  a = v128.load(sums, 768), b = v128.load(sums, 960);
  c = v128.load(sums, 1152), d = v128.load(sums, 1344);
  ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  v128.store(out, v128.shuffle<u64>(ab, cd, 0, 2), 16);
  v128.store(out, v128.shuffle<u64>(ab, cd, 1, 3), 48);
  ab = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  cd = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<u64>(ab, cd, 0, 2), 80);
  v128.store(out, v128.shuffle<u64>(ab, cd, 1, 3), 112);
}
