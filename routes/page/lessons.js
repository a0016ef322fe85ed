// @ts-check
/** Many images taught at once, in requests that a server takes. @module */

import { teach } from "./calls.js";
import { Trouble } from "./server.js";

/**
 * @typedef {import("./server.js").FinetuneAnswer} FinetuneAnswer
 * @typedef {import("./calls.js").Lesson} Lesson
 */

/** Examples of one request: fewer than servers allow, for the guard judges them together. */
const MOST = 32;

/**
 * Teaches lessons request by request, each on the model that the one before it left,
 * the first unless it has changed since `etag`. A request that is too large is cut in
 * two.
 *
 * @template {Lesson} T
 * @param {readonly T[]} lessons
 * @param {string} etag
 * @param {(taught: readonly T[], answer: FinetuneAnswer) => void} onTaught told of each request
 */
export async function teachAll(lessons, etag, onTaught) {
  const requests = cut(lessons, MOST);
  for (;;) {
    const some = requests.shift();
    if (some === undefined) return;
    try {
      const done = await teach(some, etag);
      etag = done.etag;
      onTaught(some, done.answer);
    } catch (error) {
      if (some.length === 1 || !isTooLarge(error)) throw error;
      requests.unshift(...cut(some, Math.ceil(some.length / 2)));
    }
  }
}

/** @param {unknown} error */
function isTooLarge(error) {
  return error instanceof Trouble && error.kind === "large";
}

/**
 * Cuts a list into parts of a length; the last may be shorter.
 *
 * @template T
 * @param {readonly T[]} list
 * @param {number} length
 */
export function cut(list, length) {
  return Array.from(
    { length: Math.ceil(list.length / length) },
    (_, i) => list.slice(i * length, (i + 1) * length),
  );
}
