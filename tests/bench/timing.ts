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
  const [time] = await timesOf([call], milliseconds, warmUp);
  return time!;
}

/** The median times of calls that are made in turn, so that they compare whatever else the machine does. */
export async function timesOf(
  calls: readonly (() => unknown)[],
  milliseconds = MEASURE_MS,
  warmUp = WARM_UP_MS,
): Promise<number[]> {
  await collect(calls, warmUp);
  return (await collect(calls, milliseconds)).map(median);
}

/** The time of every call: at least a few of each, then as many as start within `milliseconds`. */
async function collect(
  calls: readonly (() => unknown)[],
  milliseconds: number,
): Promise<number[][]> {
  const times = calls.map((): number[] => []);
  const end = performance.now() + milliseconds * calls.length;
  while (times[0]!.length < FEWEST || performance.now() < end) {
    for (const [i, call] of calls.entries()) {
      const start = performance.now();
      const pending = call();
      if (pending instanceof Promise) await pending;
      times[i]!.push(performance.now() - start);
    }
  }
  return times;
}
