/** The linear layer in double precision, row-major, one loop per index. */

/** A matrix as rows. */
export type Matrix = readonly (readonly number[])[];

/** y[r][o] = b[o] + Σ_i x[r][i]·w[o][i]. */
export function forward(
  x: Matrix,
  w: Matrix,
  b: readonly number[],
): number[][] {
  return x.map((row) => w.map((weights, o) => b[o]! + dot(row, weights)));
}

/** dx[r][i] = Σ_o g[r][o]·w[o][i]. */
export function inputGradient(
  g: Matrix,
  w: Matrix,
  inputs: number,
): number[][] {
  return g.map((row) =>
    range(inputs).map((i) => dot(row, w.map((weights) => weights[i]!)))
  );
}

/** dw[o][i] = Σ_r g[r][o]·x[r][i]. */
export function weightGradient(
  x: Matrix,
  g: Matrix,
  inputs: number,
  outputs: number,
): number[][] {
  return range(outputs).map((o) =>
    range(inputs).map((i) =>
      dot(g.map((row) => row[o]!), x.map((row) => row[i]!))
    )
  );
}

/** db[o] = Σ_r g[r][o]. */
export function biasGradient(g: Matrix, outputs: number): number[] {
  return range(outputs).map((o) => g.reduce((sum, row) => sum + row[o]!, 0));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function range(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
