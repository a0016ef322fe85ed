// Pixels to an area-averaged square. Pixels are four bytes R, G, B, A.

/**
 * pixels = pixels over white, in place, in bytes: c = 255 − ⌊α·(255 − c)/255⌉, α = 255.
 *
 * pixels [count][4] bytes; whole groups of four pixels are touched.
 */
export function overWhite(pixels: usize, count: i32): void {
  const ones = i32x4.splat(-1);
  const colors = i32x4.splat(0x00ffffff);
  const opaque = i32x4.splat(0xff000000);
  const half = i16x8.splat(128);
  const end = pixels + ((<usize> count + 3) / 4) * 16;
  for (let p = pixels; p < end; p += 16) {
    const c = v128.load(p);
    if (i32x4.all_true(i32x4.eq(v128.or(c, colors), ones))) continue;
    const a = i8x16.shuffle(
      c,
      c,
      3,
      3,
      3,
      3,
      7,
      7,
      7,
      7,
      11,
      11,
      11,
      11,
      15,
      15,
      15,
      15,
    );
    const d = v128.not(c);
    let low = i16x8.extmul_low_i8x16_u(a, d);
    let high = i16x8.extmul_high_i8x16_u(a, d);
    // Exact rounded division by 255 (measured against all products in the tests).
    low = i16x8.add(low, half);
    low = i16x8.shr_u(i16x8.add(low, i16x8.shr_u(low, 8)), 8);
    high = i16x8.add(high, half);
    high = i16x8.shr_u(i16x8.add(high, i16x8.shr_u(high, 8)), 8);
    v128.store(p, v128.or(v128.not(i8x16.narrow_i16x8_u(low, high)), opaque));
  }
}

/**
 * sums = Σ_r weight_r · pixels_r, or sums += … where accumulate is 1; the first
 * row has firstWeight, the last one lastWeight, those between them 1. A single
 * row has firstWeight.
 *
 * pixels [rows][columns][4] bytes, rowBytes apart, 1 ≤ rows ≤ 256 · sums
 * [columns][4]; whole groups of four columns are read and written.
 */
export function sumRows(
  pixels: usize,
  rowBytes: usize,
  rows: i32,
  firstWeight: f32,
  lastWeight: f32,
  sums: usize,
  columns: i32,
  accumulate: i32,
): void {
  const first = f32x4.splat(firstWeight);
  const last = f32x4.splat(lastWeight);
  const lastOffset = <usize> (rows - 1) * rowBytes;
  const end = pixels + <usize> columns * 4;
  for (let p = pixels; p < end; p += 16) {
    let c = v128.load(p);
    let low = i16x8.extend_low_i8x16_u(c);
    let high = i16x8.extend_high_i8x16_u(c);
    let s0 = f32x4.mul(
      first,
      f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(low)),
    );
    let s1 = f32x4.mul(
      first,
      f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(low)),
    );
    let s2 = f32x4.mul(
      first,
      f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(high)),
    );
    let s3 = f32x4.mul(
      first,
      f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(high)),
    );
    if (rows > 1) {
      const stop = p + lastOffset;
      if (rows > 2) {
        // 254 rows of 255 are below 65536: whole rows are summed as integers.
        low = i16x8.splat(0);
        high = i16x8.splat(0);
        for (let q = p + rowBytes; q < stop; q += rowBytes) {
          c = v128.load(q);
          low = i16x8.add(low, i16x8.extend_low_i8x16_u(c));
          high = i16x8.add(high, i16x8.extend_high_i8x16_u(c));
        }
        s0 = f32x4.add(
          s0,
          f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(low)),
        );
        s1 = f32x4.add(
          s1,
          f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(low)),
        );
        s2 = f32x4.add(
          s2,
          f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(high)),
        );
        s3 = f32x4.add(
          s3,
          f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(high)),
        );
      }
      c = v128.load(stop);
      low = i16x8.extend_low_i8x16_u(c);
      high = i16x8.extend_high_i8x16_u(c);
      s0 = f32x4.add(
        s0,
        f32x4.mul(last, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(low))),
      );
      s1 = f32x4.add(
        s1,
        f32x4.mul(last, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(low))),
      );
      s2 = f32x4.add(
        s2,
        f32x4.mul(last, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(high))),
      );
      s3 = f32x4.add(
        s3,
        f32x4.mul(last, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(high))),
      );
    }
    const s = sums + (p - pixels) * 4;
    if (accumulate) {
      s0 = f32x4.add(s0, v128.load(s));
      s1 = f32x4.add(s1, v128.load(s, 16));
      s2 = f32x4.add(s2, v128.load(s, 32));
      s3 = f32x4.add(s3, v128.load(s, 48));
    }
    v128.store(s, s0);
    v128.store(s, s1, 16);
    v128.store(s, s2, 32);
    v128.store(s, s3, 48);
  }
}

/**
 * cells_j += scale · Σ_x weight_x · sums_x over the columns of cell j: counts_j
 * of them from firsts_j, weighted as the rows of sumRows. A count may be 0.
 *
 * sums [columns][4] · firsts, counts [size] i32 · firstWeights, lastWeights
 * [size] · cells [size][4].
 */
export function sumColumns(
  sums: usize,
  firsts: usize,
  counts: usize,
  firstWeights: usize,
  lastWeights: usize,
  scale: f32,
  cells: usize,
  size: i32,
): void {
  const s = f32x4.splat(scale);
  for (let j: usize = 0; j < <usize> size; j++) {
    const count = load<i32>(counts + j * 4);
    if (count == 0) continue;
    let p = sums + <usize> load<i32>(firsts + j * 4) * 16;
    const stop = p + <usize> (count - 1) * 16;
    let sum = f32x4.mul(v128.load32_splat(firstWeights + j * 4), v128.load(p));
    if (count > 1) {
      for (p += 16; p < stop; p += 16) sum = f32x4.add(sum, v128.load(p));
      sum = f32x4.add(
        sum,
        f32x4.mul(v128.load32_splat(lastWeights + j * 4), v128.load(stop)),
      );
    }
    const cell = cells + j * 16;
    v128.store(cell, f32x4.add(v128.load(cell), f32x4.mul(s, sum)));
  }
}

/**
 * out[c][y][x] = ⌊min(max(gain_c · cells[origin + y·rowStep + x·columnStep][c] + offset_c, 0), 255)⌉
 *
 * cells [size·size][4] · colors: gain [4], offset [4] · out [3][size][size];
 * the size is a multiple of 4.
 */
export function placeCells(
  cells: usize,
  origin: i32,
  rowStep: i32,
  columnStep: i32,
  colors: usize,
  out: usize,
  size: i32,
): void {
  const gain = v128.load(colors);
  const half = f32x4.splat(0.5);
  const shift = f32x4.add(v128.load(colors, 16), half);
  const white = f32x4.splat(255.5);
  const plane = <usize> size * <usize> size * 4;
  const step = <isize> columnStep * 16;
  for (let y = 0; y < size; y++) {
    let p = <isize> cells + <isize> (origin + y * rowStep) * 16;
    for (let x = 0; x < size; x += 4) {
      let a = v128.load(<usize> p);
      let b = v128.load(<usize> (p + step));
      let c = v128.load(<usize> (p + 2 * step));
      let d = v128.load(<usize> (p + 3 * step));
      p += 4 * step;
      a = limited(f32x4.add(f32x4.mul(a, gain), shift), half, white);
      b = limited(f32x4.add(f32x4.mul(b, gain), shift), half, white);
      c = limited(f32x4.add(f32x4.mul(c, gain), shift), half, white);
      d = limited(f32x4.add(f32x4.mul(d, gain), shift), half, white);
      const redGreenLow = i32x4.shuffle(a, b, 0, 4, 1, 5);
      const redGreenHigh = i32x4.shuffle(c, d, 0, 4, 1, 5);
      const blueLow = i32x4.shuffle(a, b, 2, 6, 3, 7);
      const blueHigh = i32x4.shuffle(c, d, 2, 6, 3, 7);
      v128.store(out, i64x2.shuffle(redGreenLow, redGreenHigh, 0, 2));
      v128.store(out + plane, i64x2.shuffle(redGreenLow, redGreenHigh, 1, 3));
      v128.store(out + 2 * plane, i64x2.shuffle(blueLow, blueHigh, 0, 2));
      out += 16;
    }
  }
}

/** ⌊min(max(x, low), high)⌋; x is no NaN, for which min and max take several instructions. */
function limited(x: v128, low: v128, high: v128): v128 {
  return f32x4.floor(f32x4.pmin(f32x4.pmax(x, low), high));
}
