/** Linear algebra in double precision, one loop per index. */

/** A matrix as rows. */
export type Matrix = readonly (readonly number[])[];

/** C[i][j] = Σ_r x[r][i]·x[r][j]. */
export function gram(x: Matrix, width: number): number[][] {
  return range(width).map((i) =>
    range(width).map((j) => x.reduce((sum, row) => sum + row[i]! * row[j]!, 0))
  );
}

/** L, lower triangular, with L·Lᵀ = a. */
export function cholesky(a: Matrix): number[][] {
  const l = a.map((row) => row.map(() => 0));
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j <= i; j++) {
      const left = a[i]![j]! - dot(l[i]!.slice(0, j), l[j]!);
      l[i]![j] = i === j ? Math.sqrt(left) : left / l[j]![j]!;
    }
  }
  return l;
}

/** y with L·y = x, for lower triangular L. */
export function solveLower(l: Matrix, x: readonly number[]): number[] {
  const y: number[] = [];
  l.forEach((row, i) => y.push((x[i]! - dot(y, row)) / row[i]!));
  return y;
}

/** y with Lᵀ·y = x, for lower triangular L. */
export function solveUpper(l: Matrix, x: readonly number[]): number[] {
  const y = x.map(() => 0);
  for (let i = x.length - 1; i >= 0; i--) {
    const sum = range(x.length).slice(i + 1)
      .reduce((sum, j) => sum + l[j]![i]! * y[j]!, 0);
    y[i] = (x[i]! - sum) / l[i]![i]!;
  }
  return y;
}

/** The mean of rows. */
export function mean(rows: Matrix): number[] {
  return rows[0]!.map((_, i) =>
    rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length
  );
}

/** a·b, over the shorter one. */
export function dot(a: readonly number[], b: readonly number[]): number {
  return a.slice(0, b.length).reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
