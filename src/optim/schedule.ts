/** Learning-rate schedules: functions of the step that need no state. @module */

import type { Kernels } from "../kernels/mod.ts";

/** The names {@linkcode learningRateFactor} knows. */
export const SCHEDULES = ["constant", "cosine", "one-cycle"] as const;

/** A schedule by name. */
export type Schedule = typeof SCHEDULES[number];

/** Share of the steps over which one-cycle rises, and its starting and final fractions of the peak. */
const ONE_CYCLE = { rise: 0.3, start: 1 / 25, end: 1e-4 / 25 };

/**
 * The factor in (0, 1] by which the peak learning rate is multiplied at `step`
 * of `steps`, steps counted from 1.
 *
 * - `constant`: 1.
 * - `cosine`: from 1 to 0 along half a cosine (Loshchilov, Hutter 2017, equation 5, arXiv:1608.03983).
 * - `one-cycle`: a cosine from 1/25 up to 1 over the first 30 % and one down to 4e-6 over the rest
 *   (Smith, Topin 2018, arXiv:1708.07120, with PyTorch's defaults).
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { createArena } from "../kernels/arena.ts";
 *
 * const { kernels } = await createArena(() => ({}));
 *
 * assertAlmostEquals(learningRateFactor(kernels, "cosine", 1, 100), 1);
 * assertAlmostEquals(learningRateFactor(kernels, "cosine", 51, 100), 0.5);
 * ```
 */
export function learningRateFactor(
  kernels: Kernels,
  schedule: Schedule,
  step: number,
  steps: number,
): number {
  const between = (from: number, to: number, share: number) =>
    to + (from - to) * (1 + kernels.cos(Math.PI * Math.min(1, share))) / 2;
  switch (schedule) {
    case "constant":
      return 1;
    case "cosine":
      return between(1, 0, (step - 1) / steps);
    case "one-cycle": {
      const top = Math.max(1, ONE_CYCLE.rise * steps - 1);
      const position = step - 1;
      if (position < top) return between(ONE_CYCLE.start, 1, position / top);
      return between(
        1,
        ONE_CYCLE.end,
        (position - top) / Math.max(1, steps - 1 - top),
      );
    }
  }
}
