/** Random numbers by counting: element i depends on the seed and on i alone. */

/**
 * A dropout mask, scaled so that the expected value of what it multiplies stays.
 *
 *   mask[i] = u(i) < keep ? 1/keep : 0,  u(i) uniform in [0, 1)
 *
 * mask [n], overwritten · 0 < keep ≤ 1 · the 64-bit seed in two halves. u(i) is
 * the top 24 bits of the (i + 1)-th output of splitmix64.
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
  const kept = <f32> 1 / keep;
  let state = (<u64> <u32> seedHigh << 32) | <u64> <u32> seedLow;
  const end = mask + (<usize> n << 2);
  for (; mask < end; mask += 4) {
    state += 0x9e3779b97f4a7c15;
    const uniform = <f32> <i32> (mix(state) >>> 40) *
      <f32> 5.9604644775390625e-8; // 2^-24
    store<f32>(mask, uniform < keep ? kept : 0);
  }
}

/** splitmix64's output function. */
function mix(state: u64): u64 {
  let z = state;
  z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >>> 27)) * 0x94d049bb133111eb;
  return z ^ (z >>> 31);
}
