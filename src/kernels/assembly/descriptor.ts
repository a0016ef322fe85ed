// A square picture to a descriptor: gradients, their local auto-correlation, colour histograms.

/**
 * Gradient of the channel in which it is steepest, by central differences; the
 * border pixels stand in for what is beyond them.
 *
 *   m = √(g_x² + g_y²),   θ = orientations · atan2(g_y, g_x) / 2π in [0, orientations)
 *
 * square [3][size][size] · magnitudes, bins (⌊θ⌋, i32), fractions (θ − ⌊θ⌋):
 * size rows of size values, stride apart. The size is a multiple of 4.
 *
 * Source: atan by Abramowitz and Stegun, Handbook of Mathematical Functions
 * (1964), 4.4.49, |ε| ≤ 2e-8.
 */
export function gradients(
  square: usize,
  size: i32,
  orientations: i32,
  magnitudes: usize,
  bins: usize,
  fractions: usize,
  stride: i32,
): void {
  const zero = f32x4.splat(0);
  const count = f32x4.splat(<f32> orientations);
  const wrap = i32x4.splat(orientations);
  const plane = <usize> size * <usize> size * 4;
  const row = <usize> size * 4;
  for (let y = 0; y < size; y++) {
    const up: usize = y > 0 ? row : 0;
    const down: usize = y < size - 1 ? row : 0;
    for (let x = 0; x < size; x += 4) {
      const p = square + <usize> y * row + <usize> x * 4;
      let gx = zero;
      let gy = zero;
      let square2 = f32x4.splat(-1);
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
        const steeper = f32x4.gt(d, square2);
        gx = v128.bitselect(dx, gx, steeper);
        gy = v128.bitselect(dy, gy, steeper);
        square2 = v128.bitselect(d, square2, steeper);
      }
      const theta = f32x4.mul(turns(gx, gy), count);
      const floor = i32x4.trunc_sat_f32x4_s(theta);
      const o = (<usize> y * <usize> stride + <usize> x) * 4;
      v128.store(magnitudes + o, f32x4.sqrt(square2));
      v128.store(fractions + o, f32x4.sub(theta, f32x4.convert_i32x4_s(floor)));
      // A tiny negative angle rounds to a whole turn, which is the first bin again.
      v128.store(bins + o, v128.andnot(floor, i32x4.eq(floor, wrap)));
    }
  }
}

/** atan2(y, x) / 2π in [0, 1]; 0 for the zero vector. */
function turns(x: v128, y: v128): v128 {
  const zero = f32x4.splat(0);
  const ax = f32x4.abs(x);
  const ay = f32x4.abs(y);
  const large = f32x4.max(ax, ay);
  const t = v128.andnot(
    f32x4.div(f32x4.min(ax, ay), large),
    f32x4.eq(large, zero),
  );
  const s = f32x4.mul(t, t);
  let r = f32x4.splat(0.0028662257);
  r = f32x4.add(f32x4.mul(r, s), f32x4.splat(-0.0161657367));
  r = f32x4.add(f32x4.mul(r, s), f32x4.splat(0.0429096138));
  r = f32x4.add(f32x4.mul(r, s), f32x4.splat(-0.0752896400));
  r = f32x4.add(f32x4.mul(r, s), f32x4.splat(0.1065626393));
  r = f32x4.add(f32x4.mul(r, s), f32x4.splat(-0.1420889944));
  r = f32x4.add(f32x4.mul(r, s), f32x4.splat(0.1999355085));
  r = f32x4.add(f32x4.mul(r, s), f32x4.splat(-0.3333314528));
  r = f32x4.add(f32x4.mul(r, s), f32x4.splat(1));
  r = f32x4.mul(f32x4.mul(r, t), f32x4.splat(0.15915494309189535));
  r = v128.bitselect(f32x4.sub(f32x4.splat(0.25), r), r, f32x4.gt(ay, ax));
  r = v128.bitselect(f32x4.sub(f32x4.splat(0.5), r), r, f32x4.lt(x, zero));
  return v128.bitselect(f32x4.sub(f32x4.splat(1), r), r, f32x4.lt(y, zero));
}

/**
 * Adds one picture's pairs of gradients to tables, one per offset: for every
 * pixel p and its neighbour p' = p + offset,
 *
 *   table[cell][⌊θ⌋][⌊θ'⌋] += w_cell(p) · min(m, m') · (1−f, f) ⊗ (1−f', f')
 *
 * where f = θ − ⌊θ⌋ and w_cell is bilinear between the centres of grid×grid
 * cells. An entry holds its four shares apart; foldPairs brings them to their
 * bins. Where an offset is 0 the neighbour is the pixel itself.
 *
 * magnitudes, bins, fractions: as gradients writes them, with magnitude 0 where
 * p + offset lies outside · offsets [count] i32, in elements · lows [size] i32,
 * lowWeights, highWeights [size]: along either axis pixel i belongs to cell
 * lows_i by lowWeights_i and to the next one by highWeights_i · tables
 * [count][grid²][orientations²][4].
 *
 * Source: Kobayashi and Otsu, Image Feature Extraction Using Gradient Local
 * Auto-Correlations, ECCV 2008, equation 3.
 */
export function addPairs(
  magnitudes: usize,
  bins: usize,
  fractions: usize,
  stride: i32,
  size: i32,
  offsets: usize,
  count: i32,
  lows: usize,
  lowWeights: usize,
  highWeights: usize,
  grid: i32,
  orientations: i32,
  tables: usize,
): void {
  const entries = <usize> orientations * 16;
  const across = entries * <usize> orientations;
  const down = across * <usize> grid;
  const next = down * <usize> grid;
  const end = offsets + <usize> count * 4;
  const ownBase = f32x4(1, 1, 0, 0);
  const ownSlope = f32x4(-1, -1, 1, 1);
  const otherBase = f32x4(1, 0, 1, 0);
  const otherSlope = f32x4(-1, 1, -1, 1);
  for (let y: usize = 0; y < <usize> size; y++) {
    const top = load<f32>(lowWeights + y * 4);
    const bottom = load<f32>(highWeights + y * 4);
    const rowTables = tables + <usize> load<i32>(lows + y * 4) * down;
    for (let x: usize = 0; x < <usize> size; x++) {
      const p = (y * <usize> stride + x) * 4;
      const m = load<f32>(magnitudes + p);
      if (m == 0) continue;
      const f = v128.load32_splat(fractions + p);
      const own = f32x4.add(ownBase, f32x4.mul(ownSlope, f));
      const left = load<f32>(lowWeights + x * 4);
      const right = load<f32>(highWeights + x * 4);
      const topLeft = f32x4.mul(own, f32x4.splat(top * left));
      const topRight = f32x4.mul(own, f32x4.splat(top * right));
      const bottomLeft = f32x4.mul(own, f32x4.splat(bottom * left));
      const bottomRight = f32x4.mul(own, f32x4.splat(bottom * right));
      let table = rowTables + <usize> load<i32>(lows + x * 4) * across +
        <usize> load<i32>(bins + p) * entries;
      for (let offset = offsets; offset < end; offset += 4) {
        const q = p + <usize> (<isize> load<i32>(offset) * 4);
        const z = f32x4.splat(min(m, load<f32>(magnitudes + q)));
        const g = v128.load32_splat(fractions + q);
        const other = f32x4.mul(
          f32x4.add(otherBase, f32x4.mul(otherSlope, g)),
          z,
        );
        const t0 = table + <usize> load<i32>(bins + q) * 16;
        const t1 = t0 + across;
        const t2 = t0 + down;
        const t3 = t2 + across;
        v128.store(t0, f32x4.add(v128.load(t0), f32x4.mul(topLeft, other)));
        v128.store(t1, f32x4.add(v128.load(t1), f32x4.mul(topRight, other)));
        v128.store(t2, f32x4.add(v128.load(t2), f32x4.mul(bottomLeft, other)));
        v128.store(t3, f32x4.add(v128.load(t3), f32x4.mul(bottomRight, other)));
        table += next;
      }
    }
  }
}

/**
 * Brings the shares of addPairs to their bins, the bin behind the last one
 * being the first:
 *
 *   out[cell][i][j] = table[i][j]₀ + table[i][j−1]₁ + table[i−1][j]₂ + table[i−1][j−1]₃
 *
 * table [cells][orientations²][4] · out: cells rows of orientations² values, stride apart.
 */
export function foldPairs(
  table: usize,
  cells: i32,
  orientations: i32,
  out: usize,
  stride: i32,
): void {
  const n = <usize> orientations;
  for (let cell = 0; cell < cells; cell++) {
    let i0 = n - 1;
    for (let i: usize = 0; i < n; i++) {
      let j0 = n - 1;
      for (let j: usize = 0; j < n; j++) {
        const sum = load<f32>(table + (i * n + j) * 16) +
          load<f32>(table + (i * n + j0) * 16, 4) +
          load<f32>(table + (i0 * n + j) * 16, 8) +
          load<f32>(table + (i0 * n + j0) * 16, 12);
        store<f32>(out + (i * n + j) * 4, sum);
        j0 = j;
      }
      i0 = i;
    }
    table += n * n * 16;
    out += <usize> stride * 4;
  }
}

/**
 * The histogram of single gradients, from a table of pairs of every pixel with
 * itself: out[cell][i] = table[i][i]₀ + table[i][i]₁ + table[i−1][i−1]₂ + table[i−1][i−1]₃.
 *
 * table [cells][orientations²][4] · out: cells rows of orientations values, stride apart.
 */
export function foldSingles(
  table: usize,
  cells: i32,
  orientations: i32,
  out: usize,
  stride: i32,
): void {
  const n = <usize> orientations;
  for (let cell = 0; cell < cells; cell++) {
    let before = table + (n * n - 1) * 16;
    for (let i: usize = 0; i < n; i++) {
      const here = table + i * (n + 1) * 16;
      const sum = load<f32>(here) + load<f32>(here, 4) + load<f32>(before, 8) +
        load<f32>(before, 12);
      store<f32>(out + i * 4, sum);
      before = here;
    }
    table += n * n * 16;
    out += <usize> stride * 4;
  }
}

/**
 * Adds a picture's colours to grid×grid histograms with levels³ bins, each
 * colour shared linearly between the eight bins around it.
 *
 * square [3][size][size] in 0…255 · out [grid²][levels³], red the slowest; the
 * size is a multiple of the grid.
 *
 * Source: Swain and Ballard, Color Indexing, IJCV 7 (1991).
 */
export function addColors(
  square: usize,
  size: i32,
  grid: i32,
  levels: i32,
  out: usize,
): void {
  const plane = <usize> size * <usize> size * 4;
  const step = <f32> (levels - 1) / 255;
  const side = size / grid;
  const green = <usize> levels * 4;
  const red = green * <usize> levels;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const r = load<f32>(square) * step;
      const g = load<f32>(square + plane) * step;
      const b = load<f32>(square + 2 * plane) * step;
      const i = min(<i32> r, levels - 2);
      const j = min(<i32> g, levels - 2);
      const k = min(<i32> b, levels - 2);
      const r1: f32 = r - <f32> i;
      const g1: f32 = g - <f32> j;
      const b1: f32 = b - <f32> k;
      const r0: f32 = 1 - r1;
      const g0: f32 = 1 - g1;
      const b0: f32 = 1 - b1;
      const cell = <usize> ((y / side) * grid + x / side);
      const bin = out + cell * red * <usize> levels + <usize> i * red +
        <usize> j * green +
        <usize> k * 4;
      add(bin, r0 * g0 * b0);
      add(bin + 4, r0 * g0 * b1);
      add(bin + green, r0 * g1 * b0);
      add(bin + green + 4, r0 * g1 * b1);
      add(bin + red, r1 * g0 * b0);
      add(bin + red + 4, r1 * g0 * b1);
      add(bin + red + green, r1 * g1 * b0);
      add(bin + red + green + 4, r1 * g1 * b1);
      square += 4;
    }
  }
}

function add(pointer: usize, value: f32): void {
  store<f32>(pointer, load<f32>(pointer) + value);
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
