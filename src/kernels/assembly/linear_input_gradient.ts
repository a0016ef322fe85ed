/** The linear layer's gradient with respect to its inputs. */

import { multiplyAdd } from "./multiply_add";

/**
 * The gradient with respect to the inputs.
 *
 *   dx[r, i] (+)= Σ_o g[r, o]·w[o, i]
 *
 * Summed in four lanes, o mod 4, in ascending order of o, and then over the lanes.
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
  const last = batch - 1;
  for (let i = 0; i < inputs; i += 4) {
    const count = min(4, inputs - i);
    for (let r = 0; r < batch; r += 2) {
      const next = min(r + 1, last);
      inputTile(
        g + (<usize> r * <usize> gStride << 2),
        g + (<usize> next * <usize> gStride << 2),
        w + (<usize> i << 5),
        panel,
        panels,
        count,
        dx + ((<usize> r * <usize> dxStride + <usize> i) << 2),
        next > r
          ? dx + ((<usize> next * <usize> dxStride + <usize> i) << 2)
          : 0,
        accumulate,
      );
    }
  }
}

/**
 * The gradients of `count` ≤ 4 inputs of two rows. Missing inputs read the last
 * one's weights again; the second row is not stored where `dx1` is 0.
 */
function inputTile(
  g0: usize,
  g1: usize,
  w: usize,
  panel: usize,
  panels: i32,
  count: i32,
  dx0: usize,
  dx1: usize,
  accumulate: i32,
): void {
  let a0 = f32x4.splat(0), b0 = a0, c0 = a0, d0 = a0;
  let a1 = a0, b1 = a0, c1 = a0, d1 = a0;
  let wb = w + (<usize> min(1, count - 1) << 5);
  let wc = w + (<usize> min(2, count - 1) << 5);
  let wd = w + (<usize> min(3, count - 1) << 5);
  let x0: v128, x1: v128, weights: v128;
  for (; panels > 0; panels--) {
    x0 = v128.load(g0), x1 = v128.load(g1);
    weights = v128.load(w);
    a0 = multiplyAdd(a0, x0, weights), a1 = multiplyAdd(a1, x1, weights);
    weights = v128.load(wb);
    b0 = multiplyAdd(b0, x0, weights), b1 = multiplyAdd(b1, x1, weights);
    weights = v128.load(wc);
    c0 = multiplyAdd(c0, x0, weights), c1 = multiplyAdd(c1, x1, weights);
    weights = v128.load(wd);
    d0 = multiplyAdd(d0, x0, weights), d1 = multiplyAdd(d1, x1, weights);

    x0 = v128.load(g0, 16), x1 = v128.load(g1, 16);
    weights = v128.load(w, 16);
    a0 = multiplyAdd(a0, x0, weights), a1 = multiplyAdd(a1, x1, weights);
    weights = v128.load(wb, 16);
    b0 = multiplyAdd(b0, x0, weights), b1 = multiplyAdd(b1, x1, weights);
    weights = v128.load(wc, 16);
    c0 = multiplyAdd(c0, x0, weights), c1 = multiplyAdd(c1, x1, weights);
    weights = v128.load(wd, 16);
    d0 = multiplyAdd(d0, x0, weights), d1 = multiplyAdd(d1, x1, weights);
    g0 += 32, g1 += 32, w += panel, wb += panel, wc += panel, wd += panel;
  }
  storeFour(dx0, laneSums(a0, b0, c0, d0), count, accumulate);
  if (dx1 !== 0) storeFour(dx1, laneSums(a1, b1, c1, d1), count, accumulate);
}

/** (x₀ + x₁) + (x₂ + x₃) of each of four vectors, by transposing halves. */
function laneSums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(
    v128.shuffle<f32>(a, b, 0, 2, 4, 6),
    v128.shuffle<f32>(a, b, 1, 3, 5, 7),
  );
  const cd = f32x4.add(
    v128.shuffle<f32>(c, d, 0, 2, 4, 6),
    v128.shuffle<f32>(c, d, 1, 3, 5, 7),
  );
  return f32x4.add(
    v128.shuffle<f32>(ab, cd, 0, 2, 4, 6),
    v128.shuffle<f32>(ab, cd, 1, 3, 5, 7),
  );
}

/** Stores, or adds, the first `count` lanes of `four`. */
function storeFour(to: usize, four: v128, count: i32, accumulate: i32): void {
  if (count === 4) {
    return v128.store(to, accumulate ? f32x4.add(v128.load(to), four) : four);
  }
  for (; count > 0; count--, to += 4) {
    const value = f32x4.extract_lane(four, 0);
    store<f32>(to, accumulate ? load<f32>(to) + value : value);
    four = v128.shuffle<f32>(four, four, 1, 2, 3, 0);
  }
}
