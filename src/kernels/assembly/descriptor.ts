// A square picture to a descriptor: gradients, their local auto-correlation, colour histograms.

/**
 * Gradient of the channel in which it is steepest (the first of equals), by
 * central differences; the border pixels stand in for what is beyond them.
 *
 *   m = √(g_x² + g_y²),   θ in [0, 8)
 *
 * θ is the direction in eighths of a turn, linear between them in the tangent
 * rather than in the angle: θ = g_y/g_x in the first eighth.
 *
 * square [3][size][size] · magnitudes, octants (⌊θ⌋, i32), fractions (θ − ⌊θ⌋):
 * size rows of size values, stride apart. The size is a multiple of 4.
 */
export function gradients(
  square: usize,
  size: i32,
  magnitudes: usize,
  octants: usize,
  fractions: usize,
  stride: i32,
): void {
  const zero = f32x4.splat(0);
  const lastOctant = i32x4.splat(7);
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
        const left = x > 0
          ? v128.load(q - 4)
          : i32x4.shuffle(middle, middle, 0, 0, 1, 2);
        const right = x < size - 4
          ? v128.load(q + 4)
          : i32x4.shuffle(middle, middle, 1, 2, 3, 3);
        const dx = f32x4.sub(right, left);
        const dy = f32x4.sub(v128.load(q + down), v128.load(q - up));
        const d = f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy));
        const steeper = f32x4.gt(d, squared);
        gx = v128.bitselect(dx, gx, steeper);
        gy = v128.bitselect(dy, gy, steeper);
        squared = v128.bitselect(d, squared, steeper);
      }
      const theta = direction(gx, gy);
      const floor = i32x4.trunc_sat_f32x4_s(theta);
      const o = (<usize> y * <usize> stride + <usize> x) * 4;
      v128.store(magnitudes + o, f32x4.sqrt(squared));
      v128.store(fractions + o, f32x4.sub(theta, f32x4.convert_i32x4_s(floor)));
      // A direction that rounds to a whole turn is in the first octant again.
      v128.store(octants + o, v128.and(floor, lastOctant));
    }
  }
}

/** The direction of (x, y) in eighths of a turn, in [0, 8]; 0 for the zero vector. */
function direction(x: v128, y: v128): v128 {
  const zero = f32x4.splat(0);
  const ax = f32x4.abs(x);
  const ay = f32x4.abs(y);
  const large = f32x4.max(ax, ay);
  const tangent = f32x4.div(f32x4.min(ax, ay), large);
  let t = v128.andnot(tangent, f32x4.eq(large, zero));
  t = v128.bitselect(f32x4.sub(f32x4.splat(2), t), t, f32x4.gt(ay, ax));
  t = v128.bitselect(f32x4.sub(f32x4.splat(4), t), t, f32x4.lt(x, zero));
  return v128.bitselect(f32x4.sub(f32x4.splat(8), t), t, f32x4.lt(y, zero));
}

/**
 * Adds the pairs of gradients that begin in a rectangle to tables, one per
 * offset: for every pixel p in it and its neighbour p' = p + offset,
 *
 *   table[⌊θ⌋][⌊θ'⌋] += min(m, m') · (1−f, f) ⊗ (1−f', f'),   f = θ − ⌊θ⌋
 *
 * An entry holds its four shares apart, so that one addition does them all;
 * foldPairs brings them to their octants. Where an offset is 0 the neighbour is
 * the pixel itself.
 *
 * magnitudes, octants, fractions: at the rectangle's first pixel, its rows
 * stride apart, with magnitude 0 where p + offset lies outside of the picture ·
 * offsets [count] i32, in elements · tables [count][8][8][4].
 *
 * Source: Kobayashi and Otsu, Image Feature Extraction Using Gradient Local
 * Auto-Correlations, ECCV 2008, equation 3.
 */
export function addPairs(
  magnitudes: usize,
  octants: usize,
  fractions: usize,
  stride: i32,
  width: i32,
  height: i32,
  offsets: usize,
  count: i32,
  tables: usize,
): void {
  const end = offsets + <usize> count * 4;
  const ownBase = f32x4(1, 1, 0, 0);
  const ownSlope = f32x4(-1, -1, 1, 1);
  const otherBase = f32x4(1, 0, 1, 0);
  const otherSlope = f32x4(-1, 1, -1, 1);
  for (let y = 0; y < height; y++) {
    const first = <usize> (y * stride) * 4;
    const last = first + <usize> width * 4;
    for (let p = first; p < last; p += 4) {
      const m = load<f32>(magnitudes + p);
      if (m == 0) continue;
      const magnitude = f32x4.splat(m);
      const f = v128.load32_splat(fractions + p);
      const own = f32x4.add(ownBase, f32x4.mul(ownSlope, f));
      let row = tables + (<usize> load<i32>(octants + p) << 7);
      for (let offset = offsets; offset < end; offset += 4) {
        const q = p + <usize> (<isize> load<i32>(offset) * 4);
        const z = f32x4.pmin(magnitude, v128.load32_splat(magnitudes + q));
        const g = v128.load32_splat(fractions + q);
        const other = f32x4.mul(
          f32x4.add(otherBase, f32x4.mul(otherSlope, g)),
          z,
        );
        const entry = row + (<usize> load<i32>(octants + q) << 4);
        v128.store(entry, f32x4.add(v128.load(entry), f32x4.mul(own, other)));
        row += 1024;
      }
    }
  }
}

/**
 * Brings the shares of addPairs to their octants, the one behind the last being
 * the first. With T the tables, T⁰ that of offset 0:
 *
 *   singles[i] = T⁰[i][i]₀ + T⁰[i][i]₁ + T⁰[i−1][i−1]₂ + T⁰[i−1][i−1]₃
 *   pairs[i][j] = T[i][j]₀ + T[i][j−1]₁ + T[i−1][j]₂ + T[i−1][j−1]₃
 *
 * tables [count][8][8][4], the first one of offset 0 · out: singles [8], then
 * pairs [count − 1][8][8].
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
    for (let i: usize = 0; i < 8; i++) {
      const here = tables + (i << 7);
      const before = tables + (((i + 7) & 7) << 7);
      for (let j: usize = 0; j < 8; j++) {
        const above = ((j + 7) & 7) << 4;
        const shares = load<f32>(here + (j << 4)) + load<f32>(here + above, 4) +
          load<f32>(before + (j << 4), 8);
        store<f32>(out, shares + load<f32>(before + above, 12));
        out += 4;
      }
    }
  }
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
 * apart · table [levels³][8], red the slowest.
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
  const last = i32x4.splat(levels - 2);
  const ones = f32x4.splat(1);
  for (let y = 0; y < height; y++) {
    const end = square + <usize> width * 4;
    for (let p = square; p < end; p += 4) {
      let color = v128.load32_zero(p);
      color = v128.load_lane<f32>(p + green, color, 1);
      color = f32x4.mul(scale, v128.load_lane<f32>(p + blue, color, 2));
      const level = i32x4.min_s(i32x4.trunc_sat_f32x4_s(color), last);
      const high = f32x4.sub(color, f32x4.convert_i32x4_s(level));
      const low = f32x4.sub(ones, high);
      const greens = i32x4.shuffle(low, high, 1, 1, 5, 5);
      const blues = i32x4.shuffle(low, high, 2, 6, 2, 6);
      const shares = f32x4.mul(greens, blues);
      const bin =
        (i32x4.extract_lane(level, 0) * levels + i32x4.extract_lane(level, 1)) *
          levels +
        i32x4.extract_lane(level, 2);
      const entry = table + (<usize> bin << 5);
      const dark = f32x4.mul(i32x4.shuffle(low, low, 0, 0, 0, 0), shares);
      const bright = f32x4.mul(i32x4.shuffle(high, high, 0, 0, 0, 0), shares);
      v128.store(entry, f32x4.add(v128.load(entry), dark));
      v128.store(entry, f32x4.add(v128.load(entry, 16), bright), 16);
    }
    square += <usize> stride * 4;
  }
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
