/** What the kernels share: arithmetic on vectors of four floats. */

/** Adds a·b to `sum`: two roundings, as everywhere here, so that every machine agrees. */
export function multiplyAdd(sum: v128, a: v128, b: v128): v128 {
  return f32x4.add(sum, f32x4.mul(a, b));
}

/** a·x + b·y. */
export function blend(a: v128, x: v128, b: v128, y: v128): v128 {
  return f32x4.add(f32x4.mul(a, x), f32x4.mul(b, y));
}

/** g + l2·w: a gradient with its share of the decay. */
export function decayed(g: v128, l2: v128, w: v128): v128 {
  return f32x4.add(g, f32x4.mul(l2, w));
}

/** Four floats, or one where fewer than four are left. */
export function read(address: usize, left: i32): v128 {
  return left >= 4 ? v128.load(address) : v128.load_zero<f32>(address);
}

/** Writes four floats, or one where fewer than four are left. */
export function write(address: usize, left: i32, values: v128): void {
  if (left >= 4) v128.store(address, values);
  else v128.store_lane<f32>(address, values, 0);
}
