/// <reference lib="webworker" />
/**
 * A worker that predicts in a browser, so that the page goes on meanwhile. It
 * fetches nothing but its kernels.
 *
 * @module
 */

import { Core } from "./core.ts";
import type { Answer, Request } from "./messages.ts";
import { pixelsOf } from "./pixels.ts";

const scope = self as unknown as DedicatedWorkerGlobalScope;
const core = new Core();
/** Requests are answered in their order. */
let last: Promise<unknown> = Promise.resolve();

scope.addEventListener("message", ({ data }: MessageEvent<Request>) => {
  last = last.then(() => answer(data)).then((answer) =>
    scope.postMessage(answer)
  );
});

async function answer(request: Request): Promise<Answer> {
  const { id } = request;
  try {
    return { id, value: await work(request) };
  } catch (error) {
    return { id, error: (error as Error).message };
  }
}

async function work(request: Request): Promise<unknown> {
  if ("file" in request) {
    return await core.load(new Uint8Array(request.file), request.etag);
  }
  const { image, topK } = request;
  try {
    const { known, answers } = core.predict(pixelsOf(image), topK);
    return { known, ...answers };
  } finally {
    image.close();
  }
}
