/** From values to places on paper, and round numbers along the way. @module */

/** An interval whose marks are round numbers. */
export interface Ticks {
  readonly low: number;
  readonly high: number;
  /** Ascending, all within the interval. */
  readonly at: readonly number[];
  /** Decimals that tell neighbouring marks apart. */
  readonly decimals: number;
}

/** Bounds that hold whatever the data say. */
export interface Bounds {
  /** The interval starts here, not at the lowest value. */
  readonly low?: number;
  /** The interval ends here, not at the highest value. */
  readonly high?: number;
  /** Smallest distance of two marks. */
  readonly leastStep?: number;
}

/**
 * About `count` round marks for values in [lowest, highest], a multiple of 1, 2
 * or 5 apart. The interval is widened to the next marks where no bound stops it.
 */
export function ticksFor(
  lowest: number,
  highest: number,
  count: number,
  { low, high, leastStep = 0 }: Bounds = {},
): Ticks {
  let from = low ?? lowest;
  let to = high ?? highest;
  if (!(to > from)) [from, to] = widened(from, low, high);
  const step = Math.max(leastStep, roundStep((to - from) / count));
  const first = low === undefined ? Math.floor(from / step + 1e-9) : NaN;
  const last = high === undefined ? Math.ceil(to / step - 1e-9) : NaN;
  if (low === undefined) from = first * step;
  if (high === undefined) to = last * step;
  const decimals = decimalsOf(step);
  const at: number[] = [];
  const end = Math.floor(to / step + 1e-9);
  for (let k = Math.ceil(from / step - 1e-9); k <= end; k++) {
    at.push(Number((k * step).toFixed(Math.min(20, decimals))));
  }
  return { low: from, high: to, at, decimals };
}

/** Room around a single value. */
function widened(
  value: number,
  low: number | undefined,
  high: number | undefined,
): [number, number] {
  const reach = value === 0 ? 1 : Math.abs(value) / 2;
  return [low ?? value - reach, high ?? value + reach];
}

/** The smallest of 1, 2 and 5 times a power of ten that is not below `least`. */
function roundStep(least: number): number {
  let power = 1;
  while (power * 10 <= least) power *= 10;
  while (power > least) power /= 10;
  return [1, 2, 5, 10].map((digit) => digit * power)
    .find((step) => step >= least * (1 - 1e-9))!;
}

function decimalsOf(step: number): number {
  let decimals = 0;
  for (let scaled = step; scaled < 1 - 1e-9; scaled *= 10) decimals++;
  return decimals;
}

/** The linear map that takes [low, high] to [from, to]. */
export function linearScale(
  { low, high }: { readonly low: number; readonly high: number },
  from: number,
  to: number,
): (value: number) => number {
  const slope = (to - from) / (high - low);
  return (value) => from + (value - low) * slope;
}

/** A coordinate with as many digits as paper can show. */
export function place(value: number): number {
  return Math.round(value * 100) / 100;
}
