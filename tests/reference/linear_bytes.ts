/** A layer on bytes, one loop per index; exact as long as its sums are below 2⁵³. */

import type { Matrix } from "./linear.ts";

/** What is added to y[r][o]: factor·scale[o]·Σ_i x[r][i]·w[o][i]. */
export function linearBytes(
  x: Matrix,
  w: Matrix,
  scale: readonly number[],
  factor: number,
): number[][] {
  return x.map((row) =>
    w.map((weights, o) =>
      factor * scale[o]! *
      row.reduce((sum, value, i) => sum + value * weights[i]!, 0)
    )
  );
}
