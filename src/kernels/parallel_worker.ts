/** A worker that does its part of every divided kernel call, until it is told to end. @module */

import { loadKernels } from "./mod.ts";
import {
  CALL,
  takePart,
  waitWhile,
  type WorkerStart,
} from "./parallel_call.ts";
import { callPart, partsFor } from "./parallel_parts.ts";
import { byName, NAMED } from "./signatures.ts";

/** The worker's side of the port; `self` is typed as a window. */
const port = self as unknown as {
  onmessage: (event: MessageEvent<WorkerStart>) => void;
  postMessage(message: "ready"): void;
  close(): void;
};

port.onmessage = async ({ data: { memory, call, thread, threads } }) => {
  const kernels = await loadKernels(memory);
  const words = new Int32Array(call, 0, CALL.words);
  const values = new Float64Array(call, 4 * CALL.words);
  const parts = partsFor(threads);
  port.postMessage("ready");
  for (;;) {
    waitWhile(words, CALL.open, (open) => open <= 0);
    const part = takePart(words, parts);
    if (part === undefined) continue;
    const kernel = NAMED[words[CALL.kernel]!];
    if (kernel === undefined) return port.close();
    const args = byName(kernel, values);
    callPart(kernels, kernel, args, { part, thread, threads });
    if (Atomics.sub(words, CALL.pending, 1) === 1) {
      Atomics.notify(words, CALL.pending);
    }
  }
};
