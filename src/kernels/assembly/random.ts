/** Random numbers by counting: element i depends on the seed and on i alone. */

const GAMMA: u64 = 0x9e3779b97f4a7c15;

/**
 * A dropout mask, scaled so that the expected value of what it multiplies stays.
 *
 *   mask[i] = u(i) < keep ? 1/keep : 0,  u(i) uniform in [0, 1)
 *
 * mask [n], overwritten · 0 < keep ≤ 1 · the 64-bit seed in two halves. u(2i) is
 * the lower half of the (i + 1)-th output of splitmix64, u(2i + 1) the upper, as
 * 32-bit fractions.
 *
 * Source: Srivastava et al. 2014 (dropout, JMLR 15) in its inverted form; Steele,
 * Lea and Flood 2014, figure 17 (doi:10.1145/2660193.2660195).
 */
export function uniformMask(
  mask: usize,
  n: i32,
  keep: f32,
  seedLow: i32,
  seedHigh: i32,
): void {
  const kept = f32x4.splat(<f32> 1 / keep);
  const limit = i32x4.splat(limitOf(keep));
  let state = seedOf(seedLow, seedHigh);
  for (; n >= 4; n -= 4, mask += 16, state += 2 * GAMMA) {
    v128.store(mask, v128.and(kept, keptOf(state, limit)));
  }
  if (n === 0) return;
  let rest = v128.and(kept, keptOf(state, limit));
  for (; n > 0; n--, mask += 4) {
    v128.store_lane<f32>(mask, rest, 0);
    rest = v128.shuffle<f32>(rest, rest, 1, 2, 3, 3);
  }
}

/**
 * Dropout, in place: x = x·mask, with the mask of uniformMask from its value
 * `first` on, which is not written.
 *
 * x [n], overwritten · n and first are multiples of four.
 */
export function dropUniform(
  x: usize,
  n: i32,
  keep: f32,
  seedLow: i32,
  seedHigh: i32,
  first: i32,
): void {
  const kept = f32x4.splat(<f32> 1 / keep);
  const limit = i32x4.splat(limitOf(keep));
  let state = seedOf(seedLow, seedHigh) + <u64> (first >> 1) * GAMMA;
  for (; n > 0; n -= 4, x += 16, state += 2 * GAMMA) {
    const mask = v128.and(kept, keptOf(state, limit));
    v128.store(x, f32x4.mul(v128.load(x), mask));
  }
}

function seedOf(low: i32, high: i32): u64 {
  return (<u64> <u32> high << 32) | <u64> <u32> low;
}

/** The greatest 32-bit fraction below `keep`. */
function limitOf(keep: f32): i32 {
  return <i32> <u32> (ceil<f64>(<f64> keep * 4294967296) - 1);
}

/** All bits of the lanes whose fractions, the next four after `state`, are up to a limit. */
function keptOf(state: u64, limit: v128): v128 {
  const low = i64x2.splat(mix(state + GAMMA));
  const bits = i64x2.replace_lane(low, 1, mix(state + 2 * GAMMA));
  return i32x4.le_u(bits, limit);
}

/** splitmix64's output function. */
function mix(state: u64): u64 {
  let z = state;
  z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >>> 27)) * 0x94d049bb133111eb;
  return z ^ (z >>> 31);
}
