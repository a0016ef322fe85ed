/** The size of a linear layer's gradient without the gradient. */

/**
 * Returns ‖gᵀ·x‖², the sum of squares of the weight gradient, by way of the two
 * Gram matrices:
 *
 *   ‖gᵀ·x‖² = Σ_rs (x·xᵀ)[r, s]·(g·gᵀ)[r, s]
 *
 * That takes batch²·(inputs + outputs)/2 products in place of batch·inputs·outputs,
 * and no gradient need be stored to clip by its norm. It pays where the batch is
 * well below the outputs. Products and sums are in double precision; a sum that
 * rounds below zero is 0.
 *
 * x [batch, inputs] with row stride xStride · g [batch, panels·8] with row stride
 * gStride.
 *
 * Source: the trace identity tr(xᵀg·gᵀx) = tr(x·xᵀ·g·gᵀ), as used per example by
 * Goodfellow 2015 (arXiv:1510.01799).
 */
export function linearWeightGradientSumOfSquares(
  x: usize,
  xStride: i32,
  g: usize,
  gStride: i32,
  batch: i32,
  inputs: i32,
  panels: i32,
): f64 {
  const xRow = <usize> xStride << 2;
  const gRow = <usize> gStride << 2;
  const outputs = panels << 3;
  let sum: f64 = 0;
  for (let r = 0; r < batch; r++) {
    const xr = x + <usize> r * xRow;
    const gr = g + <usize> r * gRow;
    sum += dot(xr, xr, inputs) * dot(gr, gr, outputs);
    let others: f64 = 0;
    for (let s = r + 1; s < batch; s++) {
      others += dot(xr, x + <usize> s * xRow, inputs) *
        dot(gr, g + <usize> s * gRow, outputs);
    }
    sum += 2 * others;
  }
  return max<f64>(sum, 0);
}

/** a·b in double precision, in four interleaved chains. */
function dot(a: usize, b: usize, n: i32): f64 {
  let low = f64x2.splat(0), high = f64x2.splat(0);
  const end = a + (<usize> n << 2);
  for (; a + 16 <= end; a += 16, b += 16) {
    const x = v128.load(a), y = v128.load(b);
    const xHigh = v128.shuffle<u64>(x, x, 1, 1),
      yHigh = v128.shuffle<u64>(y, y, 1, 1);
    const p = f64x2.mul(f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(y));
    const q = f64x2.mul(
      f64x2.promote_low_f32x4(xHigh),
      f64x2.promote_low_f32x4(yHigh),
    );
    low = f64x2.add(low, p), high = f64x2.add(high, q);
  }
  const sums = f64x2.add(low, high);
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  for (; a < end; a += 4, b += 4) {
    sum += <f64> load<f32>(a) * <f64> load<f32>(b);
  }
  return sum;
}
