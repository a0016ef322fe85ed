/** Arithmetic on vectors of four floats, which the kernels share. */

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

/** The pixels to the left of the four at column x of a row, which lie at q; the first stands in for what is beyond it. */
export function leftOf(four: v128, q: usize, x: i32): v128 {
  return x > 0 ? v128.load(q - 4) : i32x4.shuffle(four, four, 0, 0, 1, 2);
}

/** The pixels to the right of the four at column x of a row of `size`, which lie at q; the last stands in for what is beyond it. */
export function rightOf(four: v128, q: usize, x: i32, size: i32): v128 {
  return x < size - 4
    ? v128.load(q + 4)
    : i32x4.shuffle(four, four, 1, 2, 3, 3);
}
