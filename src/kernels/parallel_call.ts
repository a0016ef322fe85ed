/** A kernel call as the threads hand it over to each other, and how they wait for it. @module */

/** The places of a call that is handed over: 32-bit words, then its arguments as doubles. */
export const CALL = {
  /** Parts that no thread has taken; below zero once threads ask in vain. */
  open: 0,
  /** Parts that are not done. */
  pending: 1,
  kernel: 2,
  words: 4,
  arguments: 24,
};

/** In place of a kernel's number: there is nothing more to do. */
export const END = -1;

/** Polls before a thread goes to sleep: longer than the program works alone between two calls of a step. */
const SPINS = 20_000;

/** The message that a worker is sent when it starts. */
export interface WorkerStart {
  readonly memory: WebAssembly.Memory;
  readonly call: SharedArrayBuffer;
  /** This worker's number among the threads, from 1; the program itself is 0. */
  readonly thread: number;
  readonly threads: number;
}

/** Returns the word once `waiting` says that its value is no longer waited on: polls a while, then sleeps. */
export function waitWhile(
  words: Int32Array,
  index: number,
  waiting: (value: number) => boolean,
): number {
  for (let spin = 0; spin < SPINS; spin++) {
    const value = Atomics.load(words, index);
    if (!waiting(value)) return value;
  }
  for (;;) {
    const value = Atomics.load(words, index);
    if (!waiting(value)) return value;
    Atomics.wait(words, index, value);
  }
}

/**
 * Takes the next open part of the call that is handed over, as its number from 0
 * on among `parts`; undefined where none is left. Kernel and arguments are to be
 * read after that: they stay as they are until the part is done.
 */
export function takePart(
  words: Int32Array,
  parts: number,
): number | undefined {
  const open = Atomics.sub(words, CALL.open, 1);
  return open > 0 ? parts - open : undefined;
}
