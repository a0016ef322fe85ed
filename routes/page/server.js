// @ts-check
/// <reference lib="dom" />
/** Requests to the server that the page came from. @module */

import { askForKey, forgetKey, storedKey } from "./key.js";
import { wait } from "./words.js";

/**
 * @typedef {import("../api.ts").PredictAnswer} PredictAnswer
 * @typedef {import("../api.ts").Prediction} Prediction
 * @typedef {import("../api.ts").FinetuneAnswer} FinetuneAnswer
 * @typedef {import("../api.ts").Problem} Problem
 * @typedef {string | number | boolean} Label
 */

/** More classes than any head has: every label is wanted, for the search. */
export const ALL_CLASSES = 1_000_000;

/** A request that came to nothing: what that means, and what the server said. */
export class Trouble extends Error {
  /**
   * @param {string} message in plain words
   * @param {"offline" | "key" | "busy" | "raced" | "image" | "other"} kind
   * @param {string} [detail] what the server said
   * @param {string} [field] what it said it about
   */
  constructor(message, kind, detail = "", field = "") {
    super(message);
    this.kind = kind;
    this.detail = detail;
    this.field = field;
  }
}

/**
 * Asks every head about an image.
 *
 * @param {Blob} image
 * @returns {Promise<PredictAnswer>}
 */
export function predict(image) {
  return request(`predict?topK=${ALL_CLASSES}`, {
    method: "POST",
    body: image,
    // The server looks at the bytes; only what they are not, JSON or a form, matters.
    headers: { "Content-Type": "application/octet-stream" },
  });
}

/**
 * Teaches one label, unless the model has changed since `etag`. The image is sent
 * where the server does not know the prediction, or no longer.
 *
 * @param {{ id: unknown, image: Blob, etag: string, head: string, label: Label }} lesson
 * @returns {Promise<FinetuneAnswer>}
 */
export async function teach({ id, image, etag, head, label }) {
  /** @param {Record<string, unknown>} source */
  const send = (source) =>
    request("finetune", {
      method: "POST",
      body: JSON.stringify({ examples: [{ ...source, [head]: label }] }),
      headers: { "Content-Type": "application/json", "If-Match": etag },
    });
  if (id === undefined) return await send({ image: await dataUrl(image) });
  try {
    return await send({ predictionId: id });
  } catch (error) {
    const expired = error instanceof Trouble &&
      error.field.endsWith(".predictionId");
    if (!expired) throw error;
    return await send({ image: await dataUrl(image) });
  }
}

/**
 * Goes back to a version, unless the model has changed since `sha256`.
 *
 * @param {number} version
 * @param {string} sha256
 */
export function rollback(version, sha256) {
  return request("rollback", {
    method: "POST",
    body: JSON.stringify({ version }),
    headers: {
      "Content-Type": "application/json",
      "If-Match": `"sha256-${sha256}"`,
    },
  });
}

/**
 * Sends a request, and gives the JSON that is answered: see {@linkcode respond}.
 *
 * @param {string} path
 * @param {{ method?: string, body?: BodyInit, headers?: Record<string, string> }} [init]
 * @param {boolean} [mayAsk] whether a key may be asked for
 * @returns {Promise<any>}
 */
export async function request(path, init, mayAsk) {
  return await (await respond(path, init, mayAsk)).json();
}

/**
 * Sends a request, and asks for a key where one is needed.
 *
 * @param {string} path
 * @param {{ method?: string, body?: BodyInit, headers?: Record<string, string> }} [init]
 * @param {boolean} [mayAsk] whether a key may be asked for
 * @returns {Promise<Response>}
 */
export async function respond(path, init = {}, mayAsk = true) {
  for (;;) {
    const key = storedKey();
    const response = await send(path, init, key);
    if (response.ok || response.status === 304) return response;
    const problem = await problemOf(response);
    // Without a key, 403 says that no key would do.
    const askable = response.status === 401 ||
      (response.status === 403 && key !== null);
    if (!askable) throw troubleOf(response, problem);
    if (response.status === 401) forgetKey();
    const reason = key === null
      ? "The server lets only those with a key do this."
      : response.status === 401
      ? "The server does not know this key."
      : problem.detail;
    if (!mayAsk || !(await askForKey(reason))) {
      throw new Trouble("Nothing was done: that needs a key.", "key");
    }
  }
}

/**
 * @param {string} path
 * @param {{ method?: string, body?: BodyInit, headers?: Record<string, string> }} init
 * @param {string | null} key
 */
async function send(path, init, key) {
  const authorization = key === null ? {} : { Authorization: `Bearer ${key}` };
  try {
    return await fetch(path, {
      ...init,
      headers: {
        Accept: "application/json",
        ...init.headers,
        ...authorization,
      },
    });
  } catch {
    throw new Trouble(
      navigator.onLine
        ? "The server does not answer. It may have stopped; try again in a moment."
        : "You are offline. Try again when the connection is back.",
      "offline",
    );
  }
}

/**
 * @param {Response} response
 * @returns {Promise<Problem>}
 */
async function problemOf(response) {
  const { status, statusText } = response;
  try {
    return await response.json();
  } catch { // a proxy's page, say
    const detail = `${status} ${statusText}`;
    return { type: "about:blank", title: statusText, status, detail };
  }
}

/**
 * @param {Response} response
 * @param {Problem} problem
 */
function troubleOf(response, { detail, field }) {
  const seconds = Number(response.headers.get("Retry-After") ?? "1");
  /** @type {Readonly<Record<number, [string, Trouble["kind"]]>>} */
  const known = {
    403: ["This server does not let anybody do that.", "key"],
    409: ["Somebody else changed the model first.", "raced"],
    412: ["Somebody else changed the model first.", "raced"],
    413: ["That image is too large for this server.", "image"],
    415: ["That is not a JPEG, PNG, WebP or GIF image.", "image"],
    429: [
      `That is more than this key may do. Try again in ${wait(seconds)}.`,
      "busy",
    ],
    503: [`The server is busy. Try again in ${wait(seconds)}.`, "busy"],
  };
  const [message, kind] = known[response.status] ??
    (field?.startsWith("images[")
      ? ["That image cannot be read.", "image"]
      : ["That did not work.", "other"]);
  return new Trouble(message, kind, detail, field ?? "");
}

/**
 * @param {Blob} image
 * @returns {Promise<string>}
 */
function dataUrl(image) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(image);
  });
}
