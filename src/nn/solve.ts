/** Systems of linear equations, in double precision and with the same bits on every machine. @module */

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
