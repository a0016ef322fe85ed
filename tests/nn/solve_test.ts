import { assertAlmostEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Random } from "../../src/nn/prng.ts";
import { solvePositive } from "../../src/nn/solve.ts";

Deno.test("the solution of a positive definite system solves it", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 12 }),
    fc.nat(),
    (size, seed) => {
      const random = Random.fromSeed(seed);
      const draw = () =>
        Array.from({ length: size }, () => random.uniform() - 0.4);
      const root = Array.from({ length: size }, draw);
      // B Bᵀ + I is positive definite whatever B is.
      const matrix = root.map((row, i) =>
        Float64Array.from(
          root,
          (other, j) =>
            row.reduce(
              (sum, value, k) => sum + value * other[k]!,
              i === j ? 1 : 0,
            ),
        )
      );
      const right = draw();
      const x = Float64Array.from(right);
      solvePositive(matrix.map((row) => row.slice()), x);
      matrix.forEach((row, i) =>
        assertAlmostEquals(
          row.reduce((sum, value, j) => sum + value * x[j]!, 0),
          right[i]!,
          1e-10,
        )
      );
    },
  ));
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
