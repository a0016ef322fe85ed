/** A worker that does its part of every divided kernel call, until it is told to end. @module */

import { loadKernels } from "./mod.ts";
import { CALL, waitWhile, type WorkerStart } from "./parallel_call.ts";
import { callPart } from "./parallel_parts.ts";
import { byName, NAMED } from "./signatures.ts";

/** The worker's side of the port; `self` is typed as a window. */
const port = self as unknown as {
  onmessage: (event: MessageEvent<WorkerStart>) => void;
  postMessage(message: "ready"): void;
  close(): void;
};

port.onmessage = async ({ data: { memory, call, part, parts } }) => {
  const kernels = await loadKernels(memory);
  const words = new Int32Array(call, 0, CALL.words);
  const values = new Float64Array(call, 4 * CALL.words);
  let generation = Atomics.load(words, CALL.generation);
  port.postMessage("ready");
  for (;;) {
    generation = waitWhile(
      words,
      CALL.generation,
      (value) => value === generation,
    );
    const kernel = NAMED[words[CALL.kernel]!];
    if (kernel === undefined) return port.close();
    callPart(kernels, kernel, byName(kernel, values), part, parts);
    if (Atomics.sub(words, CALL.pending, 1) === 1) {
      Atomics.notify(words, CALL.pending);
    }
  }
};
