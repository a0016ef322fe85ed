/**
 * Multiply-add with one rounding, the arithmetic of all matrix kernels.
 *
 *   multiplyAdd(s, a, b) = round(s + a·b)
 *
 * The product is not rounded, only the sum is: to nearest, ties to even, as IEEE
 * 754-2019 defines fusedMultiplyAdd. A NaN may have any payload.
 *
 * There are two builds. One has relaxed SIMD's multiply-add, which is this
 * function on every x86-64 processor with FMA3 and on every ARM64, but may round
 * twice elsewhere. The other computes the same bits from plain SIMD, and is
 * slower. kernels/mod.ts says which of them runs.
 */

/** s + a·b in four lanes. */
export function multiplyAdd(sum: v128, a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum);
  const low = f64x2.add(
    f64x2.promote_low_f32x4(sum),
    f64x2.mul(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(b)),
  );
  const high = f64x2.add(
    f64x2.promote_low_f32x4(upper(sum)),
    f64x2.mul(
      f64x2.promote_low_f32x4(upper(a)),
      f64x2.promote_low_f32x4(upper(b)),
    ),
  );
  const result = narrow(low, high);
  // Rounding a sum to a double and then to a float goes wrong only where the double
  // lies half way between two floats: by its digits, or below the normal floats.
  const digits = v128.shuffle<i32>(low, high, 0, 2, 4, 6);
  const halfWay = i32x4.eq(
    v128.and(digits, i32x4.splat(0x1fffffff)),
    i32x4.splat(0x10000000),
  );
  const small = f32x4.le(
    f32x4.abs(result),
    f32x4.splat(1.1754943508222875e-38), // 2^-126
  );
  return v128.any_true(v128.or(halfWay, small))
    ? multiplyAddByOdd(sum, a, b)
    : result;
}

/** s + a·b of single numbers, for telling what a machine makes of it. */
export function multiplyAddOne(sum: f32, a: f32, b: f32): f32 {
  return f32x4.extract_lane(
    multiplyAdd(f32x4.splat(sum), f32x4.splat(a), f32x4.splat(b)),
    0,
  );
}

/** s + a·b where its double may lie half way between two floats. */
function multiplyAddByOdd(sum: v128, a: v128, b: v128): v128 {
  const low = addToOdd(
    f64x2.promote_low_f32x4(sum),
    f64x2.mul(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(b)),
  );
  sum = upper(sum), a = upper(a), b = upper(b);
  const high = addToOdd(
    f64x2.promote_low_f32x4(sum),
    f64x2.mul(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(b)),
  );
  return narrow(low, high);
}

/** Four doubles as floats. */
function narrow(low: v128, high: v128): v128 {
  return v128.shuffle<u64>(
    f32x4.demote_f64x2_zero(low),
    f32x4.demote_f64x2_zero(high),
    0,
    2,
  );
}

/** The upper two lanes, as the lower. */
function upper(x: v128): v128 {
  return v128.shuffle<u64>(x, x, 1, 1);
}

/**
 * a + b in double precision, rounded to odd: where the sum is not a double, the
 * one of its two neighbours whose last bit is 1. A product of two floats is a
 * double, and a double has more than twice a float's digits, so that rounding this
 * sum to a float rounds the exact sum.
 *
 * The rounding error comes from Knuth's TwoSum. Where it is not 0 and the last bit
 * is, the sum moves by one place towards the exact one.
 *
 * Source: Boldo and Melquiond 2008, "Emulation of a FMA and Correctly Rounded Sums:
 * Proved Algorithms Using Rounding to Odd", section 3 (doi:10.1109/TC.2007.70819).
 */
function addToOdd(a: v128, b: v128): v128 {
  const sum = f64x2.add(a, b);
  const ofB = f64x2.sub(sum, a);
  const error = f64x2.add(
    f64x2.sub(a, f64x2.sub(sum, ofB)),
    f64x2.sub(b, ofB),
  );
  // False of NaN too, which is the error of a sum that is not finite.
  const inexact = f64x2.gt(f64x2.abs(error), f64x2.splat(0));
  const one = i64x2.splat(1);
  const even = i64x2.sub(v128.and(sum, one), one);
  const towards = v128.or(i64x2.shr_s(v128.xor(error, sum), 63), one);
  return i64x2.add(sum, v128.and(v128.and(inexact, even), towards));
}
