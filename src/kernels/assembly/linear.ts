/**
 * The linear layer: y = x·Wᵀ + b and its three derivatives.
 *
 * A weight matrix [O, I] lies in panels of eight outputs: panel p is [I][8] and
 * holds outputs 8p … 8p+7, so that one input's weights for eight outputs are two
 * vector loads side by side. Every output of the forward pass and every gradient
 * is one chain of sums in ascending order of the summed index, whatever the tile
 * it is computed in: its bits do not depend on the batch around it, nor on the
 * panels in the same call.
 *
 * Source of panels, tiles and packing: Goto and van de Geijn 2008, "Anatomy of
 * High-Performance Matrix Multiplication" (doi:10.1145/1356052.1356053).
 */

/** Adds a·b to `sum`: two roundings, as everywhere here, so that every machine agrees. */
function multiplyAdd(sum: v128, a: v128, b: v128): v128 {
  return f32x4.add(sum, f32x4.mul(a, b));
}

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
  for (let p = 0; p < panels; p++) {
    const wp = w + (<usize> p * <usize> inputs << 5);
    const bp = b + (<usize> p << 5);
    const yp = y + (<usize> p << 5);
    let r = 0;
    for (; r + 4 <= batch; r += 4) {
      forwardFour(
        x + <usize> r * xRow,
        xRow,
        wp,
        bp,
        yp + <usize> r * yRow,
        yRow,
        inputs,
      );
    }
    for (; r < batch; r++) {
      forwardOne(x + <usize> r * xRow, wp, bp, yp + <usize> r * yRow, inputs);
    }
  }
}

function forwardFour(
  x: usize,
  xRow: usize,
  w: usize,
  b: usize,
  y: usize,
  yRow: usize,
  inputs: i32,
): void {
  const x1 = x + xRow;
  const x2 = x1 + xRow;
  const x3 = x2 + xRow;
  let low0 = v128.load(b), high0 = v128.load(b, 16);
  let low1 = low0, high1 = high0;
  let low2 = low0, high2 = high0;
  let low3 = low0, high3 = high0;
  const end = <usize> inputs << 2;
  for (let i: usize = 0; i < end; i += 4) {
    const wLow = v128.load(w), wHigh = v128.load(w, 16);
    w += 32;
    const a0 = v128.load_splat<f32>(x + i);
    low0 = multiplyAdd(low0, a0, wLow);
    high0 = multiplyAdd(high0, a0, wHigh);
    const a1 = v128.load_splat<f32>(x1 + i);
    low1 = multiplyAdd(low1, a1, wLow);
    high1 = multiplyAdd(high1, a1, wHigh);
    const a2 = v128.load_splat<f32>(x2 + i);
    low2 = multiplyAdd(low2, a2, wLow);
    high2 = multiplyAdd(high2, a2, wHigh);
    const a3 = v128.load_splat<f32>(x3 + i);
    low3 = multiplyAdd(low3, a3, wLow);
    high3 = multiplyAdd(high3, a3, wHigh);
  }
  storePair(y, low0, high0);
  y += yRow;
  storePair(y, low1, high1);
  y += yRow;
  storePair(y, low2, high2);
  y += yRow;
  storePair(y, low3, high3);
}

function forwardOne(x: usize, w: usize, b: usize, y: usize, inputs: i32): void {
  let low = v128.load(b), high = v128.load(b, 16);
  for (const end = x + (<usize> inputs << 2); x < end; x += 4, w += 32) {
    const a = v128.load_splat<f32>(x);
    low = multiplyAdd(low, a, v128.load(w));
    high = multiplyAdd(high, a, v128.load(w, 16));
  }
  storePair(y, low, high);
}

function storePair(y: usize, low: v128, high: v128): void {
  v128.store(y, low);
  v128.store(y, high, 16);
}

/**
 * The gradient with respect to the inputs.
 *
 *   dx[r, i] (+)= Σ_o g[r, o]·w[o, i]
 *
 * Summed lane by lane over the panels, then over the eight lanes.
 *
 * g [batch, panels·8] with row stride gStride · w [panels][inputs][8] ·
 * dx [batch, inputs] with row stride dxStride, overwritten if accumulate is 0,
 * added to otherwise.
 */
export function linearInputGradient(
  g: usize,
  gStride: i32,
  w: usize,
  dx: usize,
  dxStride: i32,
  batch: i32,
  inputs: i32,
  panels: i32,
  accumulate: i32,
): void {
  const panel = <usize> inputs << 5;
  for (let r = 0; r < batch; r++) {
    const gr = g + (<usize> r * <usize> gStride << 2);
    const out = dx + (<usize> r * <usize> dxStride << 2);
    for (let i = 0; i < inputs; i++) {
      const wi = w + (<usize> i << 5);
      let sum = f32x4.splat(0);
      for (let p = 0; p < panels; p++) {
        const gp = gr + (<usize> p << 5);
        const wp = wi + <usize> p * panel;
        sum = multiplyAdd(sum, v128.load(gp), v128.load(wp));
        sum = multiplyAdd(sum, v128.load(gp, 16), v128.load(wp, 16));
      }
      const total = (f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1)) +
        (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3));
      const at = out + (<usize> i << 2);
      store<f32>(at, accumulate ? load<f32>(at) + total : total);
    }
  }
}

/**
 * The gradients with respect to the weights and the bias.
 *
 *   dw[o, i] = Σ_r g[r, o]·x[r, i]     db[o] = Σ_r g[r, o]
 *
 * x [batch, inputs] with row stride xStride · g [batch, panels·8] with row stride
 * gStride · dw [panels][inputs][8] and db [panels·8], overwritten · scratch of
 * weightGradientScratch(batch, inputs) floats, clobbered.
 */
export function linearWeightGradient(
  x: usize,
  xStride: i32,
  g: usize,
  gStride: i32,
  dw: usize,
  db: usize,
  batch: i32,
  inputs: i32,
  panels: i32,
  scratch: usize,
): void {
  const xRow = <usize> xStride << 2;
  const gRow = <usize> gStride << 2;
  for (let p = 0; p < panels; p++) {
    const gp = g + (<usize> p << 5);
    biasGradient(gp, gRow, db + (<usize> p << 5), batch);
    let out = dw + (<usize> p * <usize> inputs << 5);
    for (let i = 0; i < inputs; i++, out += 32) {
      let xi = x + (<usize> i << 2), gi = gp;
      let low = f32x4.splat(0), high = f32x4.splat(0);
      for (let r = 0; r < batch; r++, xi += xRow, gi += gRow) {
        const a = v128.load_splat<f32>(xi);
        low = multiplyAdd(low, a, v128.load(gi));
        high = multiplyAdd(high, a, v128.load(gi, 16));
      }
      storePair(out, low, high);
    }
  }
}

function biasGradient(g: usize, gRow: usize, db: usize, batch: i32): void {
  let low = f32x4.splat(0), high = f32x4.splat(0);
  for (let r = 0; r < batch; r++, g += gRow) {
    low = f32x4.add(low, v128.load(g));
    high = f32x4.add(high, v128.load(g, 16));
  }
  storePair(db, low, high);
}
