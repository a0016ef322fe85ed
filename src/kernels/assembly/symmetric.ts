/**
 * Symmetric matrices in double precision: the products of columns, and the
 * Cholesky factor.
 *
 * A matrix [rows, width] lies in panels of four columns, [width / 4][rows][4], so
 * that a tile of 4 × 4 results reads two contiguous streams whatever the width:
 * rows that lie a power of two apart would share one set of the cache.
 */

/** Columns of a panel. */
const PANEL: i32 = 4;
/** Bytes of a panel's row. */
const ROW: usize = 32;

/**
 * The Gram matrix of the columns of x, upper triangle.
 *
 *   out[i, j] = Σ_r x[r, i]·x[r, j]   for i ≤ j
 *
 * x [rows, width] and out [width, width], both doubles in panels; width a multiple
 * of 4. The tiles on the diagonal are written whole, those below it not at all.
 */
export function gram(x: usize, rows: i32, width: i32, out: usize): void {
  const panel = <usize> rows * ROW;
  for (let i = 0; i < width; i += PANEL) {
    const xi = x + <usize> (i >> 2) * panel;
    for (let j = i; j < width; j += PANEL) {
      const xj = x + <usize> (j >> 2) * panel;
      store4(tileOf(out, width, i, j), xi, xj, rows, false);
    }
  }
}

/**
 * The Cholesky factor, in place: A = Uᵀ·U with U upper triangular.
 *
 *   U[i, i] = √(A[i, i] − Σ_{k<i} U[k, i]²)
 *   U[i, j] = (A[i, j] − Σ_{k<i} U[k, i]·U[k, j]) / U[i, i]   for i < j
 *
 * Returns 1, or 0 where A is not positive definite; A is then half overwritten.
 *
 * a [width, width] doubles in panels, of which the upper triangle is read and
 * overwritten; width a multiple of 4.
 *
 * Source: Golub and Van Loan, Matrix Computations, 4.2.
 */
export function cholesky(a: usize, width: i32): i32 {
  const panel = <usize> width * ROW;
  for (let i = 0; i < width; i += PANEL) {
    const ai = a + <usize> (i >> 2) * panel;
    for (let j = i; j < width; j += PANEL) {
      const aj = a + <usize> (j >> 2) * panel;
      const tile = tileOf(a, width, i, j);
      store4(tile, ai, aj, i, true);
      if (j > i) divide(tile, tileOf(a, width, i, i));
      else if (!factorize(tile)) return 0;
    }
  }
  return 1;
}

/** The 4 × 4 tile of rows i … and columns j …. */
function tileOf(a: usize, width: i32, i: i32, j: i32): usize {
  return a + <usize> ((j >> 2) * width + i) * ROW;
}

/** Writes Σ_r xi[r, ·]·xj[r, ·] of `rows` rows to a tile, or subtracts it from what is there. */
function store4(
  tile: usize,
  xi: usize,
  xj: usize,
  rows: i32,
  subtract: bool,
): void {
  let a0 = f64x2.splat(0), a1 = a0, b0 = a0, b1 = a0;
  let c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  const end = xi + <usize> rows * ROW;
  for (; xi < end; xi += ROW, xj += ROW) {
    const left = v128.load(xj), right = v128.load(xj, 16);
    let x = v128.load64_splat(xi);
    a0 = f64x2.add(a0, f64x2.mul(x, left));
    a1 = f64x2.add(a1, f64x2.mul(x, right));
    x = v128.load64_splat(xi, 8);
    b0 = f64x2.add(b0, f64x2.mul(x, left));
    b1 = f64x2.add(b1, f64x2.mul(x, right));
    x = v128.load64_splat(xi, 16);
    c0 = f64x2.add(c0, f64x2.mul(x, left));
    c1 = f64x2.add(c1, f64x2.mul(x, right));
    x = v128.load64_splat(xi, 24);
    d0 = f64x2.add(d0, f64x2.mul(x, left));
    d1 = f64x2.add(d1, f64x2.mul(x, right));
  }
  put(tile, a0, a1, subtract);
  put(tile + ROW, b0, b1, subtract);
  put(tile + 2 * ROW, c0, c1, subtract);
  put(tile + 3 * ROW, d0, d1, subtract);
}

function put(row: usize, left: v128, right: v128, subtract: bool): void {
  if (subtract) {
    left = f64x2.sub(v128.load(row), left);
    right = f64x2.sub(v128.load(row, 16), right);
  }
  v128.store(row, left);
  v128.store(row, right, 16);
}

/** Factorizes a tile on the diagonal in place; false if a pivot is not positive. */
function factorize(tile: usize): bool {
  for (let i: usize = 0; i < 4; i++) {
    for (let j = i; j < 4; j++) {
      let left = at(tile, i, j);
      for (let k: usize = 0; k < i; k++) {
        left -= at(tile, k, i) * at(tile, k, j);
      }
      if (j > i) left /= at(tile, i, i);
      else if (!(left > 0)) return false;
      else left = sqrt<f64>(left);
      store<f64>(tile + i * ROW + (j << 3), left);
    }
  }
  return true;
}

/** Turns a tile to the right of the factorized `diagonal` into its part of the factor. */
function divide(tile: usize, diagonal: usize): void {
  for (let i: usize = 0; i < 4; i++) {
    const pivot = at(diagonal, i, i);
    for (let j: usize = 0; j < 4; j++) {
      let left = at(tile, i, j);
      for (let k: usize = 0; k < i; k++) {
        left -= at(diagonal, k, i) * at(tile, k, j);
      }
      store<f64>(tile + i * ROW + (j << 3), left / pivot);
    }
  }
}

function at(tile: usize, i: usize, j: usize): f64 {
  return load<f64>(tile + i * ROW + (j << 3));
}
