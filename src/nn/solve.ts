/** Systems of linear equations, in double precision and with the same bits on every machine. @module */

import { dot } from "./dot.ts";

/**
 * The solution of A x = b for a symmetric, positive definite A, by its Cholesky
 * factor: L Lᵀ = A, L y = b, Lᵀ x = y.
 *
 * @param matrix A [n][n], of which the lower triangle is read and overwritten with L.
 * @param vector b [n], overwritten with x.
 *
 * @throws {RangeError} If A is not positive definite.
 *
 * Source: Golub and Van Loan, Matrix Computations, 4.2.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const vector = Float64Array.of(2, 9);
 * solvePositive([Float64Array.of(4, 0), Float64Array.of(0, 9)], vector);
 *
 * assertEquals(vector, Float64Array.of(0.5, 1));
 * ```
 */
export function solvePositive(
  matrix: readonly Float64Array[],
  vector: Float64Array,
): void {
  factorize(matrix);
  const n = vector.length;
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) vector[i]! -= matrix[i]![k]! * vector[k]!;
    vector[i]! /= matrix[i]![i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) vector[i]! -= matrix[k]![i]! * vector[k]!;
    vector[i]! /= matrix[i]![i]!;
  }
}

function factorize(matrix: readonly Float64Array[]): void {
  for (const [i, row] of matrix.entries()) {
    for (let j = 0; j <= i; j++) {
      const other = matrix[j]!;
      let left = row[j]!;
      for (let k = 0; k < j; k++) left -= row[k]! * other[k]!;
      if (i === j && !(left > 0)) {
        throw new RangeError(
          `Cannot solve for ${matrix.length} numbers: expected a positive definite matrix, got a ` +
            `pivot of ${left} in row ${i}`,
        );
      }
      row[j] = i === j ? Math.sqrt(left) : left / other[j]!;
    }
  }
}

/** Conjugate gradients end when the residual is this share of the vector's length. */
const SMALLEST_RESIDUAL = 1e-10;

/**
 * The solution of A x = b for a symmetric, positive definite A that is too large
 * to write down, by conjugate gradients preconditioned with A's diagonal. It takes
 * about as many products with A as A has clusters of eigenvalues, and never more
 * than b has numbers.
 *
 * @param multiply Returns A v for a v [n].
 * @param diagonal The diagonal of A [n].
 * @param vector b [n].
 *
 * Source: Golub and Van Loan, Matrix Computations, 11.5.2.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const double = (vector: Float64Array) => vector.map((value) => 2 * value);
 * const solution = solveByProducts(
 *   double,
 *   Float64Array.of(2, 2),
 *   Float64Array.of(4, 6),
 * );
 *
 * assertEquals(solution, Float64Array.of(2, 3));
 * ```
 */
export function solveByProducts(
  multiply: (vector: Float64Array) => Float64Array,
  diagonal: Float64Array,
  vector: Float64Array,
): Float64Array {
  const solution = new Float64Array(vector.length);
  const residual = vector.slice();
  let scaled = residual.map((value, i) => value / diagonal[i]!);
  let direction = scaled.slice();
  let size = dot(residual, scaled);
  const enough = SMALLEST_RESIDUAL ** 2 * dot(vector, vector);
  for (let n = 0; n < vector.length; n++) {
    if (!(dot(residual, residual) > enough)) break;
    const product = multiply(direction);
    const length = size / dot(direction, product);
    for (let i = 0; i < vector.length; i++) {
      solution[i]! += length * direction[i]!;
      residual[i]! -= length * product[i]!;
    }
    scaled = residual.map((value, i) => value / diagonal[i]!);
    const before = size;
    size = dot(residual, scaled);
    direction = direction.map((value, i) => scaled[i]! + size / before * value);
  }
  return solution;
}
