/** Times calls. @module */

import { median } from "./figures.ts";

/** Long enough for the engine to compile what is called often. */
const WARM_UP_MS = 150;
const MEASURE_MS = 400;
const FEWEST = 9;

/** The median time of a call in milliseconds, once it is warm. */
export async function timeOf(
  call: () => unknown,
  milliseconds = MEASURE_MS,
  warmUp = WARM_UP_MS,
): Promise<number> {
  await collect(call, warmUp);
  return median(await collect(call, milliseconds));
}

/** The time of every call: at least a few, then as many as start within `milliseconds`. */
async function collect(
  call: () => unknown,
  milliseconds: number,
): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + milliseconds;
  while (times.length < FEWEST || performance.now() < end) {
    const start = performance.now();
    const pending = call();
    if (pending instanceof Promise) await pending;
    times.push(performance.now() - start);
  }
  return times;
}
