/**
 * Kernels on several threads: one shared memory, the panels of layers, or their
 * rows, divided among workers. Every thread runs the same
 * instructions, so the bits are those of one thread.
 *
 * Only training uses this.
 *
 * @module
 */

import { type Allocator, layOut } from "./arena.ts";
import { type Kernels, loadKernels } from "./mod.ts";
import {
  CALL,
  END,
  takePart,
  waitWhile,
  type WorkerStart,
} from "./parallel_call.ts";
import { callPart, isLarge, partsFor } from "./parallel_parts.ts";
import {
  type Arguments,
  inOrder,
  NAMED,
  type NamedCalls,
  type NamedKernel,
} from "./signatures.ts";

/** An arena whose kernels run on several threads. Close it, or declare it with `using`. */
export interface ParallelArena<V> extends Disposable {
  readonly kernels: Kernels;
  readonly views: V;
}

/**
 * Makes an arena as `createArena` does, in shared memory, with `threads` − 1
 * workers beside the calling thread. With one thread there are no workers.
 */
export async function createParallelArena<V>(
  threads: number,
  layout: (allocate: Allocator) => V,
): Promise<ParallelArena<V>> {
  const { memory, views } = layOut(layout, threads > 1);
  const kernels = await loadKernels(memory);
  if (threads === 1) return { kernels, views, [Symbol.dispose]: () => {} };
  const call = new SharedArrayBuffer(4 * CALL.words + 8 * CALL.arguments);
  await Promise.all(
    Array.from(
      { length: threads - 1 },
      (_, index) => startWorker({ memory, call, thread: index + 1, threads }),
    ),
  );
  return {
    kernels: divided(kernels, call, threads),
    views,
    // Terminated from outside, a worker that sleeps would keep its thread and the memory.
    [Symbol.dispose]: () =>
      handOver(new Int32Array(call, 0, CALL.words), END, threads - 1),
  };
}

function startWorker(start: WorkerStart): Promise<void> {
  const worker = new Worker(new URL("./parallel_worker.ts", import.meta.url), {
    type: "module",
    name: "kernels",
  });
  return new Promise((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(start);
  });
}

/**
 * The same kernels, of which those with signatures are divided: a free thread takes the
 * next part, so that a thread on a slower core does not delay the others.
 */
function divided(
  kernels: Kernels,
  buffer: SharedArrayBuffer,
  threads: number,
): Kernels {
  const words = new Int32Array(buffer, 0, CALL.words);
  const values = new Float64Array(buffer, 4 * CALL.words);
  const parts = partsFor(threads);
  const calls: NamedCalls = kernels;
  const share = <K extends NamedKernel>(kernel: K) => (args: Arguments<K>) => {
    if (!isLarge(kernel, args)) return calls[kernel](args);
    values.set(inOrder(kernel, args));
    handOver(words, NAMED.indexOf(kernel), parts);
    let part;
    while ((part = takePart(words, parts)) !== undefined) {
      callPart(kernels, kernel, args, { part, thread: 0, threads });
      Atomics.sub(words, CALL.pending, 1);
    }
    waitWhile(words, CALL.pending, (pending) => pending > 0);
  };
  return {
    ...kernels,
    ...Object.fromEntries(NAMED.map((kernel) => [kernel, share(kernel)])),
  };
}

/** Wakes the workers for the parts of a kernel by its number, whose arguments are in place. */
function handOver(words: Int32Array, kernel: number, parts: number): void {
  words[CALL.kernel] = kernel;
  Atomics.store(words, CALL.pending, parts);
  Atomics.store(words, CALL.open, parts);
  Atomics.notify(words, CALL.open);
}
