/**
 * Multiply-add with one rounding, and how to tell whether a machine has it.
 *
 * @module
 */

/** assembly/multiply_add.ts */
export interface MultiplyAddKernels {
  /** sum + a·b, rounded once. */
  multiplyAddOne(sum: number, a: number, b: number): number;
}

const TINY = 2 ** -23;

/** Arguments of multiplyAddOne, and what one rounding makes of them. */
const CASES: readonly (readonly [
  sum: number,
  a: number,
  b: number,
  rounded: number,
])[] = [
  // Any other order of the operands gives 13 or 17.
  [5, 2, 3, 11],
  // The product, rounded by itself, cancels the sum.
  [-(1 + 2 ** -11), 1 + 2 ** -12, 1 + 2 ** -12, 2 ** -24],
  // Just below half way between two floats, and exactly half way in doubles.
  [1 + TINY, 2 ** -12 * (1 + TINY), 2 ** -12 * (1 - TINY), 1 + TINY],
  // Half of the least float rounds to zero, what is more of it to the least.
  [0, 2 ** -75, 2 ** -75, 0],
  [0, 2 ** -75 * (1 + TINY), 2 ** -75, 2 ** -149],
  // The product alone would overflow.
  [-(2 ** 127), 2 ** 64, 2 ** 64 * (1 - TINY), 2 ** 127 - 2 ** 105],
];

/** Whether these kernels round a multiply-add once. */
export function roundsOnce({ multiplyAddOne }: MultiplyAddKernels): boolean {
  return CASES.every(([sum, a, b, rounded]) =>
    Object.is(multiplyAddOne(sum, a, b), rounded)
  );
}
