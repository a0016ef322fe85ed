/** Elementwise kernels over blocks of n floats. */

/**
 * The rectifier, in place.
 *
 *   x = max(x, 0)
 *
 * x [n]. NaN stays NaN, −0 becomes 0.
 */
export function relu(x: usize, n: i32): void {
  const zero = f32x4.splat(0);
  const end = x + (<usize> n << 2);
  for (; x + 16 <= end; x += 16) v128.store(x, f32x4.max(v128.load(x), zero));
  for (; x < end; x += 4) store<f32>(x, max<f32>(load<f32>(x), 0));
}

/**
 * The rectifier's gradient, in place, from its output y.
 *
 *   g = y > 0 ? g : 0
 *
 * y [n] · g [n].
 */
export function reluGradient(y: usize, g: usize, n: i32): void {
  const zero = f32x4.splat(0);
  const end = y + (<usize> n << 2);
  for (; y + 16 <= end; y += 16, g += 16) {
    v128.store(g, v128.and(v128.load(g), f32x4.gt(v128.load(y), zero)));
  }
  for (; y < end; y += 4, g += 4) {
    if (!(load<f32>(y) > 0)) store<f32>(g, 0);
  }
}

/** x = x·y, elementwise. x [n], overwritten · y [n]. */
export function multiply(x: usize, y: usize, n: i32): void {
  const end = x + (<usize> n << 2);
  for (; x + 16 <= end; x += 16, y += 16) {
    v128.store(x, f32x4.mul(v128.load(x), v128.load(y)));
  }
  for (; x < end; x += 4, y += 4) store<f32>(x, load<f32>(x) * load<f32>(y));
}

/**
 * Linear interpolation, in place.
 *
 *   x = w·x + (1 − w)·y
 *
 * x [n] · y [n].
 */
export function interpolate(x: usize, y: usize, n: i32, w: f32): void {
  const rest: f32 = 1 - w;
  const mine = f32x4.splat(w);
  const others = f32x4.splat(rest);
  const end = x + (<usize> n << 2);
  for (; x + 16 <= end; x += 16, y += 16) {
    v128.store(
      x,
      f32x4.add(f32x4.mul(v128.load(x), mine), f32x4.mul(v128.load(y), others)),
    );
  }
  for (; x < end; x += 4, y += 4) {
    store<f32>(x, load<f32>(x) * w + load<f32>(y) * rest);
  }
}

/** x = s·x. x [n], overwritten. */
export function scale(x: usize, n: i32, s: f32): void {
  const factor = f32x4.splat(s);
  const end = x + (<usize> n << 2);
  for (; x + 16 <= end; x += 16) v128.store(x, f32x4.mul(v128.load(x), factor));
  for (; x < end; x += 4) store<f32>(x, load<f32>(x) * s);
}

/**
 * Returns Σ x², summed in double precision (the squares are exact) in four
 * interleaved chains. x [n].
 */
export function sumOfSquares(x: usize, n: i32): f64 {
  let low = f64x2.splat(0), high = f64x2.splat(0);
  const end = x + (<usize> n << 2);
  for (; x + 16 <= end; x += 16) {
    const four = v128.load(x);
    const a = f64x2.promote_low_f32x4(four);
    const b = f64x2.promote_low_f32x4(v128.shuffle<u64>(four, four, 1, 1));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const sums = f64x2.add(low, high);
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  for (; x < end; x += 4) {
    const value = <f64> load<f32>(x);
    sum += value * value;
  }
  return sum;
}

/** Returns 1 if no value of x [n] is NaN or infinite, else 0. */
export function isFinite(x: usize, n: i32): i32 {
  const exponent = i32x4.splat(0x7f800000);
  let found = i32x4.splat(0);
  const end = x + (<usize> n << 2);
  for (; x + 16 <= end; x += 16) {
    found = v128.or(
      found,
      i32x4.eq(v128.and(v128.load(x), exponent), exponent),
    );
  }
  if (v128.any_true(found)) return 0;
  for (; x < end; x += 4) {
    if ((load<i32>(x) & 0x7f800000) === 0x7f800000) return 0;
  }
  return 1;
}

/**
 * Standardizes bytes.
 *
 *   out = (x − mean)·inverseDeviation
 *
 * x [n] unsigned bytes · mean [n] · inverseDeviation [n] · out [n], overwritten.
 */
export function standardizeBytes(
  x: usize,
  mean: usize,
  inverseDeviation: usize,
  out: usize,
  n: i32,
): void {
  const end = x + <usize> n;
  for (; x + 4 <= end; x += 4) {
    const words = i16x8.extend_low_i8x16_u(v128.load32_zero(x));
    const value = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(words));
    const centred = f32x4.sub(value, v128.load(mean));
    v128.store(out, f32x4.mul(centred, v128.load(inverseDeviation)));
    mean += 16, inverseDeviation += 16, out += 16;
  }
  for (; x < end; x++) {
    const centred = <f32> load<u8>(x) - load<f32>(mean);
    store<f32>(out, centred * load<f32>(inverseDeviation));
    mean += 4, inverseDeviation += 4, out += 4;
  }
}
