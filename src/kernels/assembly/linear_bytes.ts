/**
 * The linear layer on bytes: weights are signed bytes times one scale per output,
 * inputs are differences of two unsigned bytes. Its sums are exact integers.
 *
 * A product is at most 128·255, so that a sum of 65,536 of them fits 32 bits.
 *
 * Source: Jacob et al. 2018, "Quantization and Training of Neural Networks for
 * Efficient Integer-Arithmetic-Only Inference" (arXiv:1712.05877), section 2.2.
 */

/**
 * Takes the mean from bytes.
 *
 *   out = x − mean
 *
 * x [n] and mean [n] unsigned bytes · out [n] 16-bit integers, overwritten. n is a
 * multiple of 8.
 */
export function centerBytes(x: usize, mean: usize, out: usize, n: i32): void {
  const end = x + <usize> n;
  for (; x < end; x += 8) {
    v128.store(out, i16x8.sub(v128.load_ext<u8>(x), v128.load_ext<u8>(mean)));
    mean += 8, out += 16;
  }
}

/**
 * Adds to the layer's outputs what some of its inputs bring.
 *
 *   y[r, o] += factor·scale[o]·Σ_i x[r, i]·w[o, i]
 *
 * x [batch, count] 16-bit integers in [−255, 255] with row stride xStride ·
 * w [outputs, count] signed bytes with row stride wStride · scale and
 * y [batch, outputs] with row stride yStride, both padded to a multiple of 4
 * outputs. Sixteen inputs are read at a time: x is 0 from `count` to the next
 * multiple of 16, and of w as much can be read, whatever it is.
 */
export function linearBytes(
  x: usize,
  xStride: i32,
  w: usize,
  wStride: i32,
  scale: usize,
  y: usize,
  yStride: i32,
  batch: i32,
  outputs: i32,
  count: i32,
  factor: f32,
): void {
  const xRow = <usize> xStride << 1;
  const yRow = <usize> yStride << 2;
  const last = outputs - 1;
  const factors = f32x4.splat(factor);
  // Of each quarter of the outputs one: the four rows of weights that are read
  // side by side go on in the next turn where they end in this one, which keeps
  // the processor's prefetching going. They stay in the first cache for all rows
  // of x.
  const quarter = (outputs + 3) >> 2;
  const step = <usize> quarter << 2;
  for (let o = 0; o < quarter; o++) {
    const w0 = w + <usize> o * wStride;
    const w1 = w + <usize> min(o + quarter, last) * wStride;
    const w2 = w + <usize> min(o + 2 * quarter, last) * wStride;
    const w3 = w + <usize> min(o + 3 * quarter, last) * wStride;
    const scales = f32x4.mul(factors, gather(scale + (<usize> o << 2), step));
    let xr = x, yr = y + (<usize> o << 2);
    let r = 0;
    for (; r < batch - 1; r += 2) {
      addTwoRows(xr, xRow, w0, w1, w2, w3, count, scales, yr, yRow, step);
      xr += 2 * xRow, yr += 2 * yRow;
    }
    if (r < batch) addRow(xr, w0, w1, w2, w3, count, scales, yr, step);
  }
}

/** Four floats that lie `step` bytes apart. */
function gather(address: usize, step: usize): v128 {
  let values = v128.load_zero<f32>(address);
  values = v128.load_lane<f32>(address + step, values, 1);
  values = v128.load_lane<f32>(address + 2 * step, values, 2);
  return v128.load_lane<f32>(address + 3 * step, values, 3);
}

/** Writes what gather reads. */
function scatter(values: v128, address: usize, step: usize): void {
  v128.store_lane<f32>(address, values, 0);
  v128.store_lane<f32>(address + step, values, 1);
  v128.store_lane<f32>(address + 2 * step, values, 2);
  v128.store_lane<f32>(address + 3 * step, values, 3);
}

/** Adds to four outputs of one row. */
function addRow(
  x: usize,
  w0: usize,
  w1: usize,
  w2: usize,
  w3: usize,
  count: i32,
  scales: v128,
  y: usize,
  step: usize,
): void {
  let a = i32x4.splat(0), b = a, c = a, d = a;
  for (; count > 0; count -= 16) {
    const low = v128.load(x), high = v128.load(x, 16);
    a = i32x4.add(a, i32x4.dot_i16x8_s(low, v128.load_ext<i8>(w0)));
    b = i32x4.add(b, i32x4.dot_i16x8_s(low, v128.load_ext<i8>(w1)));
    c = i32x4.add(c, i32x4.dot_i16x8_s(low, v128.load_ext<i8>(w2)));
    d = i32x4.add(d, i32x4.dot_i16x8_s(low, v128.load_ext<i8>(w3)));
    a = i32x4.add(a, i32x4.dot_i16x8_s(high, v128.load_ext<i8>(w0, 8)));
    b = i32x4.add(b, i32x4.dot_i16x8_s(high, v128.load_ext<i8>(w1, 8)));
    c = i32x4.add(c, i32x4.dot_i16x8_s(high, v128.load_ext<i8>(w2, 8)));
    d = i32x4.add(d, i32x4.dot_i16x8_s(high, v128.load_ext<i8>(w3, 8)));
    x += 32, w0 += 16, w1 += 16, w2 += 16, w3 += 16;
  }
  addScaled(sumsOf(a, b, c, d), scales, y, step);
}

/** Adds to four outputs of two rows, whose weights are read once for both. */
function addTwoRows(
  x: usize,
  xRow: usize,
  w0: usize,
  w1: usize,
  w2: usize,
  w3: usize,
  count: i32,
  scales: v128,
  y: usize,
  yRow: usize,
  step: usize,
): void {
  let a = i32x4.splat(0), b = a, c = a, d = a;
  let e = a, f = a, g = a, h = a;
  for (let x2 = x + xRow; count > 0; count -= 16) {
    let first = v128.load(x), second = v128.load(x2);
    let w = v128.load_ext<i8>(w0);
    a = i32x4.add(a, i32x4.dot_i16x8_s(first, w));
    e = i32x4.add(e, i32x4.dot_i16x8_s(second, w));
    w = v128.load_ext<i8>(w1);
    b = i32x4.add(b, i32x4.dot_i16x8_s(first, w));
    f = i32x4.add(f, i32x4.dot_i16x8_s(second, w));
    w = v128.load_ext<i8>(w2);
    c = i32x4.add(c, i32x4.dot_i16x8_s(first, w));
    g = i32x4.add(g, i32x4.dot_i16x8_s(second, w));
    w = v128.load_ext<i8>(w3);
    d = i32x4.add(d, i32x4.dot_i16x8_s(first, w));
    h = i32x4.add(h, i32x4.dot_i16x8_s(second, w));
    first = v128.load(x, 16), second = v128.load(x2, 16);
    w = v128.load_ext<i8>(w0, 8);
    a = i32x4.add(a, i32x4.dot_i16x8_s(first, w));
    e = i32x4.add(e, i32x4.dot_i16x8_s(second, w));
    w = v128.load_ext<i8>(w1, 8);
    b = i32x4.add(b, i32x4.dot_i16x8_s(first, w));
    f = i32x4.add(f, i32x4.dot_i16x8_s(second, w));
    w = v128.load_ext<i8>(w2, 8);
    c = i32x4.add(c, i32x4.dot_i16x8_s(first, w));
    g = i32x4.add(g, i32x4.dot_i16x8_s(second, w));
    w = v128.load_ext<i8>(w3, 8);
    d = i32x4.add(d, i32x4.dot_i16x8_s(first, w));
    h = i32x4.add(h, i32x4.dot_i16x8_s(second, w));
    x += 32, x2 += 32, w0 += 16, w1 += 16, w2 += 16, w3 += 16;
  }
  addScaled(sumsOf(a, b, c, d), scales, y, step);
  addScaled(sumsOf(e, f, g, h), scales, y + yRow, step);
}

/** Four integers times their scales, added to four outputs. */
function addScaled(sums: v128, scales: v128, y: usize, step: usize): void {
  const values = f32x4.mul(scales, f32x4.convert_i32x4_s(sums));
  scatter(f32x4.add(gather(y, step), values), y, step);
}

/** The sum over each of four vectors. */
function sumsOf(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(
    v128.shuffle<i32>(a, b, 0, 1, 4, 5),
    v128.shuffle<i32>(a, b, 2, 3, 6, 7),
  );
  const cd = i32x4.add(
    v128.shuffle<i32>(c, d, 0, 1, 4, 5),
    v128.shuffle<i32>(c, d, 2, 3, 6, 7),
  );
  return i32x4.add(
    v128.shuffle<i32>(ab, cd, 0, 2, 4, 6),
    v128.shuffle<i32>(ab, cd, 1, 3, 5, 7),
  );
}
