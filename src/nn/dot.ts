/** The inner product of two vectors. @module */

/** Σ aᵢbᵢ over the elements of `a`, first to last, in double precision; `b` may be longer. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
