// How sharp a square image is: histograms of its Laplacian.

import { leftOf, rightOf } from "./vector";

/**
 * Counts the pixels of every second row, cell by cell, by how much they differ
 * from the four around them, in the channel in which that is most; the border
 * pixels stand in for what is beyond them. Half of the rows tell as much as all.
 *
 *   d = max_c |4 p − left − right − up − down|
 *   out[cell][min(level, levels − 1)] += 1,  level = 2e + [d + 2 ≥ 1.5·2ᵉ⁺¹]
 *   where 2ᵉ⁺¹ ≤ d + 2 < 2ᵉ⁺²
 *
 * so that levels are half octaves of d + 2: its exponent and the first bit of
 * its mantissa.
 *
 * square [3][size][size] · out [grid²][levels]. The size is a multiple of
 * 4·grid.
 */
export function countSharpness(
  square: usize,
  size: i32,
  grid: i32,
  levels: i32,
  out: usize,
): void {
  const two = f32x4.splat(2);
  const four = f32x4.splat(4);
  // What the shift below leaves of 2, where the levels begin.
  const first = i32x4.splat(256);
  const last = i32x4.splat(levels - 1);
  const plane = <usize> size * <usize> size * 4;
  const row = <usize> size * 4;
  const side = size / grid;
  const histogram = <usize> levels << 2;
  // The size is even: there is a row below every one of these.
  for (let y = 0; y < size; y += 2) {
    const up: usize = y > 0 ? row : 0;
    let cell = out + <usize> (y / side * grid) * histogram;
    let end = side;
    for (let x = 0; x < size; x += 4) {
      if (x == end) {
        cell += histogram;
        end += side;
      }
      const p = square + <usize> y * row + <usize> x * 4;
      let most = f32x4.splat(0);
      for (let c: usize = 0; c < 3; c++) {
        const q = p + c * plane;
        const middle = v128.load(q);
        const left = leftOf(middle, q, x);
        const right = rightOf(middle, q, x, size);
        const around = f32x4.add(
          f32x4.add(left, right),
          f32x4.add(v128.load(q - up), v128.load(q + row)),
        );
        const d = f32x4.abs(f32x4.sub(f32x4.mul(four, middle), around));
        most = f32x4.pmax(most, d);
      }
      const bits = i32x4.shr_u(f32x4.add(most, two), 22);
      const level = i32x4.min_s(i32x4.sub(bits, first), last);
      count(cell, i32x4.extract_lane(level, 0));
      count(cell, i32x4.extract_lane(level, 1));
      count(cell, i32x4.extract_lane(level, 2));
      count(cell, i32x4.extract_lane(level, 3));
    }
  }
}

/** histogram[level] += 1 */
function count(histogram: usize, level: i32): void {
  const entry = histogram + (<usize> level << 2);
  store<f32>(entry, load<f32>(entry) + 1);
}
