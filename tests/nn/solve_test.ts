import { assertAlmostEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { dot } from "../../src/nn/dot.ts";
import { Random } from "../../src/nn/prng.ts";
import { solveByProducts, solvePositive } from "../../src/nn/solve.ts";

/** A matrix that is positive definite, B Bᵀ + I for a random B, and a vector. */
const systems = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.nat()).map(
  ([size, seed]) => {
    const random = Random.fromSeed(seed);
    const draw = () =>
      Float64Array.from({ length: size }, () => random.uniform() - 0.4);
    const root = Array.from({ length: size }, draw);
    const matrix = root.map((row, i) =>
      Float64Array.from(root, (other, j) => dot(row, other) + (i === j ? 1 : 0))
    );
    return { matrix, right: draw() };
  },
);

/** Checks that A x = b. */
function assertSolved(
  matrix: readonly Float64Array[],
  x: Float64Array,
  right: Float64Array,
  tolerance: number,
): void {
  matrix.forEach((row, i) =>
    assertAlmostEquals(dot(row, x), right[i]!, tolerance)
  );
}

Deno.test("the solution of a positive definite system solves it", () => {
  fc.assert(fc.property(systems, ({ matrix, right }) => {
    const x = right.slice();
    solvePositive(matrix.map((row) => row.slice()), x);
    assertSolved(matrix, x, right, 1e-10);
  }));
});

Deno.test("a system is solved by products with its matrix alone", () => {
  fc.assert(fc.property(systems, ({ matrix, right }) => {
    const x = solveByProducts(
      (v) => Float64Array.from(matrix, (row) => dot(row, v)),
      Float64Array.from(matrix, (row, i) => row[i]!),
      right,
    );
    assertSolved(matrix, x, right, 1e-8);
  }));
});

Deno.test("a system that is not positive definite is refused", () => {
  assertThrows(
    () =>
      solvePositive(
        [Float64Array.of(1), Float64Array.of(2, 4)],
        Float64Array.of(1, 1),
      ),
    RangeError,
    "got a pivot of 0 in row 1",
  );
});
