/** Linear algebra in double precision. @module */

import type { Pointer } from "./pointer.ts";

/** assembly/symmetric.ts and assembly/triangular.ts, on doubles. */
export interface MatrixKernels {
  /** out[i, j] = Σ_r x[r, i]·x[r, j] for i ≤ j; both in panels of four columns. */
  gram(x: Pointer, rows: number, width: number, out: Pointer): void;
  /** a = U with a = Uᵀ·U, in panels; 0 where a is not positive definite, else 1. */
  cholesky(a: Pointer, width: number): 0 | 1;
  /** Solves L·y = x for every row of x, in place; f has L below its diagonal, Lᵀ above. */
  solveLower(f: Pointer, width: number, x: Pointer, rows: number): void;
  /** Solves Lᵀ·y = x for every row of x, in place. */
  solveUpper(f: Pointer, width: number, x: Pointer, rows: number): void;
}
