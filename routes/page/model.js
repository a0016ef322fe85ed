// @ts-check
/// <reference lib="dom" />
/**
 * The model in this browser: the served weights, kept up to date, and a worker that
 * predicts with them by the server's own kernels.
 *
 * @module
 */

import { ALL_CLASSES, respond, tagOf, Trouble } from "./server.js";

/**
 * @typedef {import("./server.js").Prediction} Prediction
 * @typedef {import("../../src/browser/messages.ts").Answer} Answer
 * @typedef {{ resolve: (value: any) => void, reject: (error: Error) => void }} Waiting
 */

/** As it is in its file: a browser converts neither colours nor opacity. */
const AS_STORED = /** @type {const} */ ({
  colorSpaceConversion: "none",
  premultiplyAlpha: "none",
});

/** @type {Worker | undefined} */
let worker;
/** @type {Map<number, Waiting>} */
const waiting = new Map();
let asked = 0;
/**
 * The version that the worker holds.
 *
 * @type {{ version: number, etag: string } | undefined}
 */
let held;
/** @type {Promise<void>} */
let updating = Promise.resolve();

/** The number of the version that is here, if one is. */
export function versionHere() {
  return held?.version;
}

/** The entity tag of the version that is here, if one is. */
export function etagHere() {
  return held?.etag ?? "";
}

/**
 * Brings the served version here. The first time that is all of the weights, where
 * the browser has not kept them; from then on what has changed.
 *
 * @param {boolean} [mayAsk] whether a key may be asked for
 */
export function updateModel(mayAsk = false) {
  // What is under way may have asked before the newest version was there.
  updating = updating.catch(() => {}).then(() => update(mayAsk));
  return updating;
}

/**
 * Version 0 never changes, so that browsers keep it; other versions are little beside it.
 *
 * @param {boolean} mayAsk
 */
async function update(mayAsk) {
  try {
    if (held === undefined) await take("model?version=0", mayAsk);
    await take(`model?since=${held?.version}`, mayAsk, held?.etag);
  } catch (error) {
    if (error instanceof Trouble && error.kind !== "other") throw error;
    // That version is gone, or another model is served under its number.
    await take("model", mayAsk);
  }
}

/**
 * @param {string} path
 * @param {boolean} mayAsk
 * @param {string} [known] the entity tag of the version that is here
 */
async function take(path, mayAsk, known) {
  const init = known === undefined
    ? {}
    : { headers: { "If-None-Match": known } };
  const response = await respond(path, init, mayAsk);
  const place = response.headers.get("Content-Location") ?? "";
  const version = Number(
    new URLSearchParams(place.split("?")[1]).get("version"),
  );
  if (response.status === 304 && known !== undefined) {
    held = { version, etag: known };
    return;
  }
  const etag = tagOf(response);
  const file = await response.arrayBuffer();
  await ask({ file, etag }, [file]);
  held = { version, etag };
}

/**
 * Predicts an image without the server.
 *
 * @param {Blob | HTMLVideoElement} image
 * @returns {Promise<Prediction>}
 */
export async function predictHere(image) {
  const bitmap = await decode(image);
  return await ask({ image: bitmap, topK: ALL_CLASSES }, [bitmap]);
}

/** @param {Blob | HTMLVideoElement} image */
async function decode(image) {
  try {
    return await createImageBitmap(image, AS_STORED);
  } catch {
    throw new Trouble("That image cannot be read.", "image");
  }
}

/**
 * @param {object} message
 * @param {Transferable[]} transfer
 * @returns {Promise<any>}
 */
function ask(message, transfer) {
  const id = asked++;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    worker ??= startWorker();
    worker.postMessage({ id, ...message }, transfer);
  });
}

function startWorker() {
  const started = new Worker(new URL("./core.js", import.meta.url), {
    type: "module",
  });
  started.addEventListener("message", ({ data }) => settle(data));
  started.addEventListener("error", () => {
    for (const id of waiting.keys()) {
      settle({ id, error: "The worker that predicts here does not run." });
    }
    worker = undefined;
    held = undefined;
  });
  return started;
}

/** @param {Answer} answer */
function settle(answer) {
  const { resolve, reject } = waiting.get(answer.id) ?? {};
  waiting.delete(answer.id);
  if ("error" in answer) reject?.(new Error(answer.error));
  else resolve?.(answer.value);
}
