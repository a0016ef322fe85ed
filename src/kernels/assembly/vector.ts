/** What the kernels share: arithmetic on vectors of four floats. */

/** Adds a·b to `sum`: two roundings, as everywhere here, so that every machine agrees. */
export function multiplyAdd(sum: v128, a: v128, b: v128): v128 {
  return f32x4.add(sum, f32x4.mul(a, b));
}
