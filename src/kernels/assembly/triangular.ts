/**
 * Triangular systems in double precision. The factor of A = L·Lᵀ is stored twice in
 * one square f [width, width]: L below the diagonal, Lᵀ above it. Either way of
 * solving then reads its rows from front to back.
 *
 * Unknowns are found four at a time: first the products with all that are known, in
 * one chain of vector sums for each unknown, then the triangle among the four. A
 * right side is summed in this order whether it is solved alone or with three others,
 * which share the loads of the factor.
 */

/** Right sides that are solved side by side: as many as the second cache holds beside the factor's rows. */
const SIDES: i32 = 16;

/**
 * Solves L·y = x for every row of x, in place.
 *
 *   y[i] = (x[i] − Σ_{j<i} L[i, j]·y[j]) / L[i, i]
 *
 * f [width, width] · x [rows, width], overwritten; doubles, width a multiple of 4.
 */
export function solveLower(
  f: usize,
  width: i32,
  x: usize,
  rows: i32,
): void {
  const row = <usize> width << 3;
  for (let r = 0; r < rows; r += SIDES, x += SIDES * row) {
    const count = min(SIDES, rows - r);
    for (let i: usize = 0; i < row; i += 32) {
      const fi = f + (i >> 3) * row;
      subtract(fi, x, row, count, 0, i, i);
      for (let k = 0; k < count; k++) {
        forwards(fi + i, row, x + <usize> k * row + i);
      }
    }
  }
}

/**
 * Solves Lᵀ·y = x for every row of x, in place.
 *
 *   y[i] = (x[i] − Σ_{j>i} L[j, i]·y[j]) / L[i, i]
 *
 * f [width, width] · x [rows, width], overwritten; doubles, width a multiple of 4.
 */
export function solveUpper(
  f: usize,
  width: i32,
  x: usize,
  rows: i32,
): void {
  const row = <usize> width << 3;
  for (let r = 0; r < rows; r += SIDES, x += SIDES * row) {
    const count = min(SIDES, rows - r);
    for (let i = row; i > 0;) {
      i -= 32;
      const fi = f + (i >> 3) * row;
      subtract(fi, x, row, count, i + 32, row, i);
      for (let k = 0; k < count; k++) {
        backwards(fi + i, row, x + <usize> k * row + i);
      }
    }
  }
}

/** x[r, i + k] −= Σ_j f[k, j]·x[r, j] for four k and j from `first` to before `end`; offsets in bytes. */
function subtract(
  f: usize,
  x: usize,
  row: usize,
  rows: i32,
  first: usize,
  end: usize,
  i: usize,
): void {
  for (; rows >= 4; rows -= 4, x += 4 * row) {
    subtractFour(f, x, row, first, end, i);
    subtractFour(f + 2 * row, x, row, first, end, i + 16);
  }
  for (; rows > 0; rows--, x += row) subtractOne(f, x, row, first, end, i);
}

/** Four unknowns of one right side. */
function subtractOne(
  f: usize,
  x: usize,
  row: usize,
  first: usize,
  end: usize,
  i: usize,
): void {
  const f1 = f + row, f2 = f1 + row, f3 = f2 + row;
  let a = f64x2.splat(0), b = a, c = a, d = a;
  for (let j = first; j < end; j += 16) {
    const value = v128.load(x + j);
    a = f64x2.add(a, f64x2.mul(v128.load(f + j), value));
    b = f64x2.add(b, f64x2.mul(v128.load(f1 + j), value));
    c = f64x2.add(c, f64x2.mul(v128.load(f2 + j), value));
    d = f64x2.add(d, f64x2.mul(v128.load(f3 + j), value));
  }
  take(x + i, a, b);
  take(x + i + 16, c, d);
}

/** Two unknowns of four right sides. */
function subtractFour(
  f: usize,
  x: usize,
  row: usize,
  first: usize,
  end: usize,
  i: usize,
): void {
  const f1 = f + row;
  const x1 = x + row, x2 = x1 + row, x3 = x2 + row;
  let a = f64x2.splat(0), b = a, c = a, d = a;
  let a1 = a, b1 = a, c1 = a, d1 = a;
  for (let j = first; j < end; j += 16) {
    const left = v128.load(f + j), right = v128.load(f1 + j);
    let value = v128.load(x + j);
    a = f64x2.add(a, f64x2.mul(left, value));
    a1 = f64x2.add(a1, f64x2.mul(right, value));
    value = v128.load(x1 + j);
    b = f64x2.add(b, f64x2.mul(left, value));
    b1 = f64x2.add(b1, f64x2.mul(right, value));
    value = v128.load(x2 + j);
    c = f64x2.add(c, f64x2.mul(left, value));
    c1 = f64x2.add(c1, f64x2.mul(right, value));
    value = v128.load(x3 + j);
    d = f64x2.add(d, f64x2.mul(left, value));
    d1 = f64x2.add(d1, f64x2.mul(right, value));
  }
  take(x + i, a, a1);
  take(x1 + i, b, b1);
  take(x2 + i, c, c1);
  take(x3 + i, d, d1);
}

/** Takes the lane sums of a and b off two neighbours. */
function take(x: usize, a: v128, b: v128): void {
  const even = v128.shuffle<f64>(a, b, 0, 2);
  const odd = v128.shuffle<f64>(a, b, 1, 3);
  v128.store(x, f64x2.sub(v128.load(x), f64x2.add(even, odd)));
}

/** Solves the lower triangle of a 4 × 4 tile of f for four unknowns. */
function forwards(f: usize, row: usize, x: usize): void {
  for (let i: usize = 0; i < 32; i += 8, f += row) {
    let left = load<f64>(x + i);
    for (let j: usize = 0; j < i; j += 8) {
      left -= load<f64>(f + j) * load<f64>(x + j);
    }
    store<f64>(x + i, left / load<f64>(f + i));
  }
}

/** Solves the upper triangle of a 4 × 4 tile of f for four unknowns. */
function backwards(f: usize, row: usize, x: usize): void {
  f += 3 * row;
  for (let i: usize = 32; i > 0; f -= row) {
    i -= 8;
    let left = load<f64>(x + i);
    for (let j = i + 8; j < 32; j += 8) {
      left -= load<f64>(f + j) * load<f64>(x + j);
    }
    store<f64>(x + i, left / load<f64>(f + i));
  }
}
