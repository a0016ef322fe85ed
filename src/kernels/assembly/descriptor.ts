// A square image to a descriptor: gradients, their local auto-correlation, colour histograms.

import { leftOf, rightOf } from "./vector";

/**
 * Gradient of the channel in which it is steepest (the first of equals), by
 * central differences; the border pixels stand in for what is beyond them.
 *
 *   m = √(g_x² + g_y²),   θ in [0, 8)
 *
 * θ is the direction in eighths of a turn, linear between them in the tangent
 * rather than in the angle: θ = g_y/g_x in the first eighth.
 *
 * square [3][size][size] · out: size rows of size records, stride records
 * apart. A record is four 32-bit values: 1 − f, f, m and, as a whole number,
 * 16·⌊θ⌋, where f = θ − ⌊θ⌋. The size is a multiple of 4.
 */
export function gradients(
  square: usize,
  size: i32,
  out: usize,
  stride: i32,
): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  // Added to a small whole number, this has its last bits hold 16 times that.
  const sixteenths = f32x4.splat(524288);
  const octants = i32x4.splat(7 << 4);
  const plane = <usize> size * <usize> size * 4;
  const row = <usize> size * 4;
  for (let y = 0; y < size; y++) {
    const up: usize = y > 0 ? row : 0;
    const down: usize = y < size - 1 ? row : 0;
    for (let x = 0; x < size; x += 4) {
      const p = square + <usize> y * row + <usize> x * 4;
      let gx = zero;
      let gy = zero;
      let squared = f32x4.splat(-1);
      for (let c: usize = 0; c < 3; c++) {
        const q = p + c * plane;
        const middle = v128.load(q);
        const left = leftOf(middle, q, x);
        const right = rightOf(middle, q, x, size);
        const dx = f32x4.sub(right, left);
        const dy = f32x4.sub(v128.load(q + down), v128.load(q - up));
        const d = f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy));
        const steeper = f32x4.gt(d, squared);
        gx = v128.bitselect(dx, gx, steeper);
        gy = v128.bitselect(dy, gy, steeper);
        squared = v128.bitselect(d, squared, steeper);
      }
      const theta = direction(gx, gy);
      const floor = f32x4.floor(theta);
      const f = f32x4.sub(theta, floor);
      const rest = f32x4.sub(one, f);
      const m = f32x4.sqrt(squared);
      // A direction that rounds to a whole turn is in the first octant again.
      const octant = v128.and(f32x4.add(floor, sixteenths), octants);
      const low = i32x4.shuffle(rest, f, 0, 4, 1, 5);
      const high = i32x4.shuffle(rest, f, 2, 6, 3, 7);
      const strengthLow = i32x4.shuffle(m, octant, 0, 4, 1, 5);
      const strengthHigh = i32x4.shuffle(m, octant, 2, 6, 3, 7);
      const o = out + (<usize> y * <usize> stride + <usize> x) * 16;
      v128.store(o, i64x2.shuffle(low, strengthLow, 0, 2));
      v128.store(o, i64x2.shuffle(low, strengthLow, 1, 3), 16);
      v128.store(o, i64x2.shuffle(high, strengthHigh, 0, 2), 32);
      v128.store(o, i64x2.shuffle(high, strengthHigh, 1, 3), 48);
    }
  }
}

/** The direction of (x, y) in eighths of a turn, in [0, 8]; 0 for the zero vector. */
function direction(x: v128, y: v128): v128 {
  const zero = f32x4.splat(0);
  const ax = f32x4.abs(x);
  const ay = f32x4.abs(y);
  const large = f32x4.pmax(ax, ay);
  const tangent = f32x4.div(f32x4.pmin(ax, ay), large);
  let t = v128.andnot(tangent, f32x4.eq(large, zero));
  t = v128.bitselect(f32x4.sub(f32x4.splat(2), t), t, f32x4.gt(ay, ax));
  t = v128.bitselect(f32x4.sub(f32x4.splat(4), t), t, f32x4.lt(x, zero));
  return v128.bitselect(f32x4.sub(f32x4.splat(8), t), t, f32x4.lt(y, zero));
}

/**
 * Counts the pairs of gradients in each cell of a square image, and adds the
 * cells to coarser ones:
 *
 *   out[i] += weights[cell][i]·(singles, pairs)[cell]
 *
 * gradients: records as of gradients(), rows stride apart, around them the
 * margin that addPairs needs · a cell is side pixels wide and high, cells of
 * them a row and rows · radii [count] i32 · weights [cells²][coarse] · out
 * [coarse][8 + 4·count·64] · tables [1 + 4·count][8][8][4] and cell
 * [8 + 4·count·64] are scratch.
 */
export function poolPairs(
  gradients: usize,
  stride: i32,
  side: i32,
  cells: i32,
  radii: usize,
  count: i32,
  tables: usize,
  cell: usize,
  weights: usize,
  coarse: i32,
  out: usize,
): void {
  const offsets = 1 + 4 * count;
  const length = 8 + 64 * (offsets - 1);
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      const first = gradients + (<usize> ((row * stride + column) * side) << 4);
      memory.fill(tables, 0, <usize> offsets << 10);
      addPairs(first, stride, side, side, radii, count, tables);
      foldPairs(tables, offsets, cell);
      for (let i = 0; i < coarse; i++) {
        const weight = load<f32>(weights);
        if (weight != 0) {
          addScaled(cell, length, weight, out + (<usize> (i * length) << 2));
        }
        weights += 4;
      }
    }
  }
}

/**
 * Adds the gradients in a rectangle, and the pairs that begin there, to tables,
 * the first one for the gradients and then four per radius r: for every pixel p
 * in the rectangle and p' = p + (r, 0), (r, r), (0, r), (−r, r)
 *
 *   table[⌊θ⌋][⌊θ'⌋] += min(m, m') · (1−f, f) ⊗ (1−f', f'),   f = θ − ⌊θ⌋
 *
 * In the first table p' is p itself. An entry holds its four shares apart, so
 * that one addition does them all; foldPairs brings them to their octants.
 *
 * gradients: records as of gradients(), at the rectangle's first pixel, its rows
 * stride records apart, with magnitude 0 where p' lies outside of the image ·
 * radii [count] i32 · tables [1 + 4·count][8][8][4].
 *
 * Source: Kobayashi and Otsu, Image Feature Extraction Using Gradient Local
 * Auto-Correlations, ECCV 2008, equation 3.
 */
function addPairs(
  gradients: usize,
  stride: i32,
  width: i32,
  height: i32,
  radii: usize,
  count: i32,
  tables: usize,
): void {
  addSingles(gradients, stride, width, height, tables);
  tables += 1024;
  for (const end = radii + <usize> count * 4; radii < end; radii += 4) {
    addRadius(gradients, stride, width, height, load<i32>(radii), tables);
    tables += 4096;
  }
}

/** Adds every gradient to the first table. */
function addSingles(
  gradients: usize,
  stride: i32,
  width: i32,
  height: i32,
  table: usize,
): void {
  for (let y = 0; y < height; y++) {
    const first = gradients + <usize> (y * stride) * 16;
    const last = first + <usize> width * 16;
    for (let p = first; p < last; p += 16) {
      const record = v128.load(p);
      const own = i32x4.shuffle(record, record, 0, 0, 1, 1);
      const m = i32x4.shuffle(record, record, 2, 2, 2, 2);
      addTo(table + load<u32>(p, 12) * 9, sharesOf(own, m, record));
    }
  }
}

/** Adds the pairs of one radius to its four tables. */
function addRadius(
  gradients: usize,
  stride: i32,
  width: i32,
  height: i32,
  radius: i32,
  tables: usize,
): void {
  const right = radius << 4;
  const below = radius * stride << 4;
  const belowRight = below + right;
  const belowLeft = below - right;
  for (let y = 0; y < height; y++) {
    const first = gradients + <usize> (y * stride) * 16;
    const last = first + <usize> width * 16;
    for (let p = first; p < last; p += 16) {
      // All of a record is read by loads that end where it does: they share a check of bounds.
      const strength = load<u64>(p, 8);
      if (<u32> strength == 0) continue;
      const record = v128.load(p);
      const own = i32x4.shuffle(record, record, 0, 0, 1, 1);
      const m = i32x4.shuffle(record, record, 2, 2, 2, 2);
      const row = tables + (<u32> (strength >> 32) << 3);
      let q = p + right;
      addTo(row + load<u32>(q, 12), sharesOf(own, m, v128.load(q)));
      q = p + belowRight;
      addTo(row + load<u32>(q, 12) + 1024, sharesOf(own, m, v128.load(q)));
      q = p + below;
      addTo(row + load<u32>(q, 12) + 2048, sharesOf(own, m, v128.load(q)));
      q = p + belowLeft;
      addTo(row + load<u32>(q, 12) + 3072, sharesOf(own, m, v128.load(q)));
    }
  }
}

/** Adds shares to an entry. */
function addTo(entry: usize, shares: v128): void {
  v128.store(entry, f32x4.add(v128.load(entry), shares));
}

/** The shares of a pair, by the first one's 1 − f and f, each twice, and its m, four times. */
function sharesOf(own: v128, m: v128, record: v128): v128 {
  const z = f32x4.pmin(m, i32x4.shuffle(record, record, 2, 2, 2, 2));
  return f32x4.mul(
    own,
    f32x4.mul(i32x4.shuffle(record, record, 0, 1, 0, 1), z),
  );
}

/**
 * Brings the shares of addPairs to their octants, the one behind the last being
 * the first. With T the tables, T⁰ the first of them:
 *
 *   singles[i] = T⁰[i][i]₀ + T⁰[i][i]₁ + T⁰[i−1][i−1]₂ + T⁰[i−1][i−1]₃
 *   pairs[i][j] = T[i][j]₀ + T[i][j−1]₁ + T[i−1][j]₂ + T[i−1][j−1]₃
 *
 * tables [count][8][8][4] · out: singles [8], then pairs [count − 1][8][8].
 */
export function foldPairs(tables: usize, count: i32, out: usize): void {
  for (let i: usize = 0; i < 8; i++) {
    const here = tables + i * (9 << 4);
    const before = tables + ((i + 7) & 7) * (9 << 4);
    const shares = load<f32>(here) + load<f32>(here, 4) + load<f32>(before, 8);
    store<f32>(out + i * 4, shares + load<f32>(before, 12));
  }
  out += 32;
  for (let table = 1; table < count; table++) {
    tables += 1024;
    // What row i − 1 leaves to row i; the last one is the first one's.
    let thirdLow = f32x4.splat(0);
    let thirdHigh = thirdLow;
    let fourthLow = thirdLow;
    let fourthHigh = thirdLow;
    for (let i = -1; i < 8; i++) {
      const row = tables + <usize> ((i & 7) << 7);
      const a = v128.load(row);
      const b = v128.load(row, 16);
      const c = v128.load(row, 32);
      const d = v128.load(row, 48);
      const e = v128.load(row, 64);
      const f = v128.load(row, 80);
      const g = v128.load(row, 96);
      const h = v128.load(row, 112);
      if (i >= 0) {
        const secondLow = lanes1(a, b, c, d);
        const secondHigh = lanes1(e, f, g, h);
        let low = f32x4.add(lanes0(a, b, c, d), behind(secondLow, secondHigh));
        let high = f32x4.add(lanes0(e, f, g, h), behind(secondHigh, secondLow));
        low = f32x4.add(
          f32x4.add(low, thirdLow),
          behind(fourthLow, fourthHigh),
        );
        high = f32x4.add(
          f32x4.add(high, thirdHigh),
          behind(fourthHigh, fourthLow),
        );
        v128.store(out, low);
        v128.store(out, high, 16);
        out += 32;
      }
      thirdLow = lanes2(a, b, c, d);
      thirdHigh = lanes2(e, f, g, h);
      fourthLow = lanes3(a, b, c, d);
      fourthHigh = lanes3(e, f, g, h);
    }
  }
}

/** The first lanes of four vectors; the ones below, their second, third and fourth. */
function lanes0(a: v128, b: v128, c: v128, d: v128): v128 {
  return i64x2.shuffle(
    i32x4.shuffle(a, b, 0, 4, 1, 5),
    i32x4.shuffle(c, d, 0, 4, 1, 5),
    0,
    2,
  );
}

function lanes1(a: v128, b: v128, c: v128, d: v128): v128 {
  return i64x2.shuffle(
    i32x4.shuffle(a, b, 0, 4, 1, 5),
    i32x4.shuffle(c, d, 0, 4, 1, 5),
    1,
    3,
  );
}

function lanes2(a: v128, b: v128, c: v128, d: v128): v128 {
  return i64x2.shuffle(
    i32x4.shuffle(a, b, 2, 6, 3, 7),
    i32x4.shuffle(c, d, 2, 6, 3, 7),
    0,
    2,
  );
}

function lanes3(a: v128, b: v128, c: v128, d: v128): v128 {
  return i64x2.shuffle(
    i32x4.shuffle(a, b, 2, 6, 3, 7),
    i32x4.shuffle(c, d, 2, 6, 3, 7),
    1,
    3,
  );
}

/** Four of eight values around a circle, each replaced by the one before it. */
function behind(these: v128, others: v128): v128 {
  return i32x4.shuffle(others, these, 3, 4, 5, 6);
}

/** y = y + a·x. x, y [n]; n is a multiple of 4. */
export function addScaled(x: usize, n: i32, a: f32, y: usize): void {
  const factor = f32x4.splat(a);
  for (let i: usize = 0; i < <usize> n * 4; i += 16) {
    v128.store(
      y + i,
      f32x4.add(v128.load(y + i), f32x4.mul(factor, v128.load(x + i))),
    );
  }
}

/**
 * Adds the colours of a rectangle to a table, each shared linearly between the
 * eight levels around it:
 *
 *   table[⌊r⌋][⌊g⌋][⌊b⌋] += (1−r', r') ⊗ (1−g', g') ⊗ (1−b', b')
 *
 * where r, g and b are scaled to 0…levels − 1 and r' = r − ⌊r⌋; the last whole
 * level counts as the end of the one before. An entry holds its eight shares
 * apart; foldColors brings them to their levels.
 *
 * square [3][plane] in 0…255, at the rectangle's first pixel, its rows stride
 * apart; whole groups of four of a row are read · table [levels³][8], red the
 * slowest.
 *
 * Source: Swain and Ballard, Color Indexing, IJCV 7 (1991).
 */
export function addColors(
  square: usize,
  plane: i32,
  stride: i32,
  width: i32,
  height: i32,
  levels: i32,
  table: usize,
): void {
  const green = <usize> plane * 4;
  const blue = green * 2;
  const scale = f32x4.splat(<f32> (levels - 1) / 255);
  const last = f32x4.splat(<f32> (levels - 2));
  const base = f32x4.splat(<f32> levels);
  const one = f32x4.splat(1);
  // Added to a whole number below 2¹⁶, this has its last 21 bits hold 32 times that.
  const thirtySeconds = f32x4.splat(262144);
  const offsets = i32x4.splat(0x1fffff);
  // An entry is at hand for as long as pixels fall into it.
  let entry = table;
  let dark = v128.load(entry);
  let bright = v128.load(entry, 16);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x += 4) {
      // Of four pixels, each value's level and how far above that it is.
      const p = square + <usize> x * 4;
      let r = f32x4.mul(scale, v128.load(p));
      let g = f32x4.mul(scale, v128.load(p + green));
      let b = f32x4.mul(scale, v128.load(p + blue));
      const redLevel = f32x4.pmin(f32x4.floor(r), last);
      const greenLevel = f32x4.pmin(f32x4.floor(g), last);
      const blueLevel = f32x4.pmin(f32x4.floor(b), last);
      r = f32x4.sub(r, redLevel);
      g = f32x4.sub(g, greenLevel);
      b = f32x4.sub(b, blueLevel);
      let bins = f32x4.add(f32x4.mul(redLevel, base), greenLevel);
      bins = f32x4.add(f32x4.mul(bins, base), blueLevel);
      let places = v128.and(f32x4.add(bins, thirtySeconds), offsets);
      let rRest = f32x4.sub(one, r);
      const gRest = f32x4.sub(one, g);
      const bRest = f32x4.sub(one, b);
      // Their shares of green and blue, pixel by pixel.
      const low = f32x4.mul(gRest, bRest);
      const lowBlue = f32x4.mul(gRest, b);
      const lowGreen = f32x4.mul(g, bRest);
      const high = f32x4.mul(g, b);
      let shares = lanes0(low, lowBlue, lowGreen, high);
      let second = lanes1(low, lowBlue, lowGreen, high);
      let third = lanes2(low, lowBlue, lowGreen, high);
      const fourth = lanes3(low, lowBlue, lowGreen, high);
      for (let left = min(width - x, 4); left > 0; left--) {
        const next = table + i32x4.extract_lane(places, 0);
        if (next != entry) {
          v128.store(entry, dark);
          v128.store(entry, bright, 16);
          entry = next;
          dark = v128.load(entry);
          bright = v128.load(entry, 16);
        }
        dark = f32x4.add(
          dark,
          f32x4.mul(i32x4.shuffle(rRest, rRest, 0, 0, 0, 0), shares),
        );
        bright = f32x4.add(
          bright,
          f32x4.mul(i32x4.shuffle(r, r, 0, 0, 0, 0), shares),
        );
        shares = second, second = third, third = fourth;
        places = i32x4.shuffle(places, places, 1, 2, 3, 0);
        rRest = i32x4.shuffle(rRest, rRest, 1, 2, 3, 0);
        r = i32x4.shuffle(r, r, 1, 2, 3, 0);
      }
    }
    square += <usize> stride * 4;
  }
  v128.store(entry, dark);
  v128.store(entry, bright, 16);
}

/**
 * Brings the shares of addColors to their levels: share (r, g, b) of entry
 * (i, j, k) is added to out[i + r][j + g][k + b].
 *
 * table [levels³][8] · out [levels³].
 */
export function foldColors(table: usize, levels: i32, out: usize): void {
  const n = <usize> levels;
  for (let i: usize = 0; i < n - 1; i++) {
    for (let j: usize = 0; j < n - 1; j++) {
      for (let k: usize = 0; k < n - 1; k++) {
        const bin = (i * n + j) * n + k;
        for (let share: usize = 0; share < 8; share++) {
          const step = ((share >> 2) * n + (share >> 1 & 1)) * n + (share & 1);
          const level = out + (bin + step) * 4;
          store<f32>(
            level,
            load<f32>(level) + load<f32>(table + (bin << 5) + (share << 2)),
          );
        }
      }
    }
  }
}

/** Σ x, in double precision. x [n]. */
export function sum(x: usize, n: i32): f64 {
  let total: f64 = 0;
  for (let i: usize = 0; i < <usize> n; i++) {
    total += <f64> load<f32>(x + i * 4);
  }
  return total;
}

/**
 * out = min(⌊scale·√x⌉, 255), halves up.
 *
 * x [n], not negative · out [n] bytes; n is a multiple of 4.
 */
export function rootBytes(x: usize, n: i32, scale: f32, out: usize): void {
  const factor = f32x4.splat(scale);
  const half = f32x4.splat(0.5);
  for (let i: usize = 0; i < <usize> n; i += 4) {
    const root = f32x4.mul(factor, f32x4.sqrt(v128.load(x + i * 4)));
    const words = i32x4.trunc_sat_f32x4_s(f32x4.add(root, half));
    const shorts = i16x8.narrow_i32x4_s(words, words);
    v128.store_lane<u32>(out + i, i8x16.narrow_i16x8_u(shorts, shorts), 0);
  }
}
