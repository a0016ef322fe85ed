/**
 * The linear layer.
 *
 * A weight matrix [O, I] lies in panels of eight outputs: panel p is [I][8] and
 * holds outputs 8p … 8p+7, so that one input's weights for eight outputs are two
 * vector loads side by side. Every output is one chain of multiply-adds, each rounded
 * once, in ascending order of the input, whatever the tile it is computed in: its
 * bits depend neither on the batch around it nor on the other panels of the call.
 *
 * Source of panels, tiles and blocks: Goto and van de Geijn 2008, "Anatomy of
 * High-Performance Matrix Multiplication" (doi:10.1145/1356052.1356053).
 */

import { multiplyAdd } from "./multiply_add";

/** Inputs per pass: a panel's share of the weights stays in the first cache for all rows. */
const BLOCK = 512;

/**
 * The forward pass.
 *
 *   y[r, o] = b[o] + Σ_i x[r, i]·w[o, i]
 *
 * x [batch, inputs] with row stride xStride · w [panels][inputs][8] · b [panels·8] ·
 * y [batch, panels·8] with row stride yStride, overwritten.
 */
export function linearForward(
  x: usize,
  xStride: i32,
  w: usize,
  b: usize,
  y: usize,
  yStride: i32,
  batch: i32,
  inputs: i32,
  panels: i32,
): void {
  const xRow = <usize> xStride << 2;
  const yRow = <usize> yStride << 2;
  for (let r = 0; r < batch; r++) {
    memory.copy(y + <usize> r * yRow, b, <usize> panels << 5);
  }
  // Two rows or fewer cost less one by one than as half a tile.
  const single = batch % 4 < 3 ? batch % 4 : 0;
  const tiled = batch - single;
  const panel = <usize> inputs << 5;
  for (let i = 0; i < inputs; i += BLOCK) {
    const count = min(BLOCK, inputs - i);
    const xi = x + (<usize> i << 2);
    const wi = w + (<usize> i << 5);
    for (let p = 0; p < panels; p++) {
      const wp = wi + <usize> p * panel;
      const yp = y + (<usize> p << 5);
      for (let r = 0; r < tiled; r += 4) {
        addTile(xi, xRow, wp, yp, yRow, r, tiled - 1, count);
      }
    }
    for (let r = tiled; r < batch; r++) {
      addRow(
        xi + <usize> r * xRow,
        wi,
        panel,
        y + <usize> r * yRow,
        count,
        panels,
      );
    }
  }
}

/**
 * Adds `count` inputs' products to eight outputs of four rows from `row` on. Rows
 * after the last are the last again: the same sums, stored once more.
 *
 * Shuffles keep the arithmetic units busy, loads cost a check of their bounds: so
 * one part of the inputs is spread over the lanes by the former, the rest by the
 * latter (measured by tests/bench/kernels.ts).
 */
function addTile(
  x: usize,
  xRow: usize,
  w: usize,
  y: usize,
  yRow: usize,
  row: i32,
  last: i32,
  count: i32,
): void {
  const r0 = <usize> row;
  const r1 = <usize> min(row + 1, last);
  const r2 = <usize> min(row + 2, last);
  const r3 = <usize> min(row + 3, last);
  let x0 = x + r0 * xRow,
    x1 = x + r1 * xRow,
    x2 = x + r2 * xRow,
    x3 = x + r3 * xRow;
  const y0 = y + r0 * yRow,
    y1 = y + r1 * yRow,
    y2 = y + r2 * yRow,
    y3 = y + r3 * yRow;
  let low0 = v128.load(y0), high0 = v128.load(y0, 16);
  let low1 = v128.load(y1), high1 = v128.load(y1, 16);
  let low2 = v128.load(y2), high2 = v128.load(y2, 16);
  let low3 = v128.load(y3), high3 = v128.load(y3, 16);
  let wLow: v128, wHigh: v128, a: v128;
  for (; count >= 4; count -= 4) {
    const v0 = v128.load(x0),
      v1 = v128.load(x1),
      v2 = v128.load(x2);
    wLow = v128.load(w), wHigh = v128.load(w, 16);
    a = v128.shuffle<f32>(v0, v0, 0, 0, 0, 0);
    low0 = multiplyAdd(low0, a, wLow), high0 = multiplyAdd(high0, a, wHigh);
    a = v128.shuffle<f32>(v1, v1, 0, 0, 0, 0);
    low1 = multiplyAdd(low1, a, wLow), high1 = multiplyAdd(high1, a, wHigh);
    a = v128.shuffle<f32>(v2, v2, 0, 0, 0, 0);
    low2 = multiplyAdd(low2, a, wLow), high2 = multiplyAdd(high2, a, wHigh);
    a = v128.load_splat<f32>(x3);
    low3 = multiplyAdd(low3, a, wLow), high3 = multiplyAdd(high3, a, wHigh);
    wLow = v128.load(w, 32), wHigh = v128.load(w, 48);
    a = v128.shuffle<f32>(v0, v0, 1, 1, 1, 1);
    low0 = multiplyAdd(low0, a, wLow), high0 = multiplyAdd(high0, a, wHigh);
    a = v128.shuffle<f32>(v1, v1, 1, 1, 1, 1);
    low1 = multiplyAdd(low1, a, wLow), high1 = multiplyAdd(high1, a, wHigh);
    a = v128.shuffle<f32>(v2, v2, 1, 1, 1, 1);
    low2 = multiplyAdd(low2, a, wLow), high2 = multiplyAdd(high2, a, wHigh);
    a = v128.load_splat<f32>(x3, 4);
    low3 = multiplyAdd(low3, a, wLow), high3 = multiplyAdd(high3, a, wHigh);
    wLow = v128.load(w, 64), wHigh = v128.load(w, 80);
    a = v128.shuffle<f32>(v0, v0, 2, 2, 2, 2);
    low0 = multiplyAdd(low0, a, wLow), high0 = multiplyAdd(high0, a, wHigh);
    a = v128.shuffle<f32>(v1, v1, 2, 2, 2, 2);
    low1 = multiplyAdd(low1, a, wLow), high1 = multiplyAdd(high1, a, wHigh);
    a = v128.shuffle<f32>(v2, v2, 2, 2, 2, 2);
    low2 = multiplyAdd(low2, a, wLow), high2 = multiplyAdd(high2, a, wHigh);
    a = v128.load_splat<f32>(x3, 8);
    low3 = multiplyAdd(low3, a, wLow), high3 = multiplyAdd(high3, a, wHigh);
    wLow = v128.load(w, 96), wHigh = v128.load(w, 112);
    a = v128.load_splat<f32>(x0, 12);
    low0 = multiplyAdd(low0, a, wLow), high0 = multiplyAdd(high0, a, wHigh);
    a = v128.load_splat<f32>(x1, 12);
    low1 = multiplyAdd(low1, a, wLow), high1 = multiplyAdd(high1, a, wHigh);
    a = v128.load_splat<f32>(x2, 12);
    low2 = multiplyAdd(low2, a, wLow), high2 = multiplyAdd(high2, a, wHigh);
    a = v128.load_splat<f32>(x3, 12);
    low3 = multiplyAdd(low3, a, wLow), high3 = multiplyAdd(high3, a, wHigh);
    w += 128, x0 += 16, x1 += 16, x2 += 16, x3 += 16;
  }
  for (; count > 0; count--) {
    wLow = v128.load(w), wHigh = v128.load(w, 16);
    a = v128.load_splat<f32>(x0);
    low0 = multiplyAdd(low0, a, wLow), high0 = multiplyAdd(high0, a, wHigh);
    a = v128.load_splat<f32>(x1);
    low1 = multiplyAdd(low1, a, wLow), high1 = multiplyAdd(high1, a, wHigh);
    a = v128.load_splat<f32>(x2);
    low2 = multiplyAdd(low2, a, wLow), high2 = multiplyAdd(high2, a, wHigh);
    a = v128.load_splat<f32>(x3);
    low3 = multiplyAdd(low3, a, wLow), high3 = multiplyAdd(high3, a, wHigh);
    w += 32, x0 += 4, x1 += 4, x2 += 4, x3 += 4;
  }
  v128.store(y0, low0), v128.store(y0, high0, 16);
  v128.store(y1, low1), v128.store(y1, high1, 16);
  v128.store(y2, low2), v128.store(y2, high2, 16);
  v128.store(y3, low3), v128.store(y3, high3, 16);
}

/** Adds `count` inputs' products to all outputs of one row, four panels side by side. */
function addRow(
  x: usize,
  w: usize,
  panel: usize,
  y: usize,
  count: i32,
  panels: i32,
): void {
  for (let p = 0; p < panels; p += 4, w += 4 * panel, y += 128) {
    const last = <usize> (panels - 1 - p);
    const q1 = min<usize>(1, last), q2 = min<usize>(2, last);
    const q3 = min<usize>(3, last);
    addPanels(
      x,
      w,
      w + q1 * panel,
      w + q2 * panel,
      w + q3 * panel,
      y,
      y + (q1 << 5),
      y + (q2 << 5),
      y + (q3 << 5),
      count,
    );
  }
}

/** Adds to eight outputs of each of four panels; those after the last are the last again. */
function addPanels(
  x: usize,
  w0: usize,
  w1: usize,
  w2: usize,
  w3: usize,
  y0: usize,
  y1: usize,
  y2: usize,
  y3: usize,
  count: i32,
): void {
  let low0 = v128.load(y0), high0 = v128.load(y0, 16);
  let low1 = v128.load(y1), high1 = v128.load(y1, 16);
  let low2 = v128.load(y2), high2 = v128.load(y2, 16);
  let low3 = v128.load(y3), high3 = v128.load(y3, 16);
  let a: v128;
  for (; count >= 4; count -= 4) {
    const four = v128.load(x);
    a = v128.shuffle<f32>(four, four, 0, 0, 0, 0);
    low0 = multiplyAdd(low0, a, v128.load(w0)),
      high0 = multiplyAdd(high0, a, v128.load(w0, 16));
    low1 = multiplyAdd(low1, a, v128.load(w1)),
      high1 = multiplyAdd(high1, a, v128.load(w1, 16));
    low2 = multiplyAdd(low2, a, v128.load(w2)),
      high2 = multiplyAdd(high2, a, v128.load(w2, 16));
    low3 = multiplyAdd(low3, a, v128.load(w3)),
      high3 = multiplyAdd(high3, a, v128.load(w3, 16));
    a = v128.shuffle<f32>(four, four, 1, 1, 1, 1);
    low0 = multiplyAdd(low0, a, v128.load(w0, 32)),
      high0 = multiplyAdd(high0, a, v128.load(w0, 48));
    low1 = multiplyAdd(low1, a, v128.load(w1, 32)),
      high1 = multiplyAdd(high1, a, v128.load(w1, 48));
    low2 = multiplyAdd(low2, a, v128.load(w2, 32)),
      high2 = multiplyAdd(high2, a, v128.load(w2, 48));
    low3 = multiplyAdd(low3, a, v128.load(w3, 32)),
      high3 = multiplyAdd(high3, a, v128.load(w3, 48));
    a = v128.shuffle<f32>(four, four, 2, 2, 2, 2);
    low0 = multiplyAdd(low0, a, v128.load(w0, 64)),
      high0 = multiplyAdd(high0, a, v128.load(w0, 80));
    low1 = multiplyAdd(low1, a, v128.load(w1, 64)),
      high1 = multiplyAdd(high1, a, v128.load(w1, 80));
    low2 = multiplyAdd(low2, a, v128.load(w2, 64)),
      high2 = multiplyAdd(high2, a, v128.load(w2, 80));
    low3 = multiplyAdd(low3, a, v128.load(w3, 64)),
      high3 = multiplyAdd(high3, a, v128.load(w3, 80));
    a = v128.shuffle<f32>(four, four, 3, 3, 3, 3);
    low0 = multiplyAdd(low0, a, v128.load(w0, 96)),
      high0 = multiplyAdd(high0, a, v128.load(w0, 112));
    low1 = multiplyAdd(low1, a, v128.load(w1, 96)),
      high1 = multiplyAdd(high1, a, v128.load(w1, 112));
    low2 = multiplyAdd(low2, a, v128.load(w2, 96)),
      high2 = multiplyAdd(high2, a, v128.load(w2, 112));
    low3 = multiplyAdd(low3, a, v128.load(w3, 96)),
      high3 = multiplyAdd(high3, a, v128.load(w3, 112));
    x += 16, w0 += 128, w1 += 128, w2 += 128, w3 += 128;
  }
  for (; count > 0; count--) {
    a = v128.load_splat<f32>(x);
    low0 = multiplyAdd(low0, a, v128.load(w0)),
      high0 = multiplyAdd(high0, a, v128.load(w0, 16));
    low1 = multiplyAdd(low1, a, v128.load(w1)),
      high1 = multiplyAdd(high1, a, v128.load(w1, 16));
    low2 = multiplyAdd(low2, a, v128.load(w2)),
      high2 = multiplyAdd(high2, a, v128.load(w2, 16));
    low3 = multiplyAdd(low3, a, v128.load(w3)),
      high3 = multiplyAdd(high3, a, v128.load(w3, 16));
    x += 4, w0 += 32, w1 += 32, w2 += 32, w3 += 32;
  }
  v128.store(y0, low0), v128.store(y0, high0, 16);
  v128.store(y1, low1), v128.store(y1, high1, 16);
  v128.store(y2, low2), v128.store(y2, high2, 16);
  v128.store(y3, low3), v128.store(y3, high3, 16);
}
