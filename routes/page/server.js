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
 * @typedef {{ method?: string, body?: BodyInit, headers?: Record<string, string> }} Init
 */

/** More classes than any head has: every label is wanted, for the search. */
export const ALL_CLASSES = 1_000_000;

/** A request that came to nothing: what that means, and what the server said. */
export class Trouble extends Error {
  /**
   * @param {string} message in plain words
   * @param {"offline" | "key" | "later" | "raced" | "image" | "large" | "other"} kind
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
 * Sends a request, and gives the JSON that is answered: see {@linkcode respond}.
 *
 * @param {string} path
 * @param {Init} [init]
 * @param {boolean} [mayAsk] whether a key may be asked for
 * @returns {Promise<any>}
 */
export async function request(path, init, mayAsk) {
  return (await exchange(path, init, mayAsk)).answer;
}

/**
 * Sends a request, and gives the JSON that is answered with the model's ETag.
 *
 * @param {string} path
 * @param {Init} [init]
 * @param {boolean} [mayAsk] whether a key may be asked for
 * @returns {Promise<{ answer: any, etag: string }>}
 */
export async function exchange(path, init, mayAsk) {
  const response = await respond(path, init, mayAsk);
  const etag = tagOf(response);
  try {
    return { answer: await response.json(), etag };
  } catch { // the server stopped within its answer
    throw outOfReach();
  }
}

/**
 * The entity tag of an answer. A proxy that compresses makes it a weak one, which
 * no If-Match may name.
 *
 * @param {Response} response
 */
export function tagOf({ headers }) {
  return headers.get("ETag")?.replace(/^W\//, "") ?? "";
}

/**
 * Sends a request, and asks for a key where one is needed.
 *
 * @param {string} path
 * @param {Init} [init]
 * @param {boolean} [mayAsk] whether a key may be asked for
 * @returns {Promise<Response>}
 * @throws {Trouble} If it comes to nothing.
 */
export async function respond(path, init = {}, mayAsk = true) {
  for (;;) {
    const key = storedKey();
    const response = await send(path, init, key);
    if (response.ok || response.status === 304) return response;
    const problem = await problemOf(response);
    // A 403 that knows no key says that none would do.
    const askable = response.status === 401 ||
      (response.status === 403 && problem.known !== undefined);
    if (!askable) throw troubleOf(response, problem);
    if (response.status === 401) forgetKey();
    const reason = key === null
      ? "The server lets only those with a key do this."
      : problem.known === undefined
      ? "The server does not know this key."
      : `The key in this tab may not do this. A key of ${
        problem.known.join(" or ")
      } may.`;
    if (!mayAsk || !(await askForKey(reason))) {
      throw new Trouble("Nothing was done: that needs a key.", "key");
    }
  }
}

/**
 * @param {string} path
 * @param {Init} init
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
    throw outOfReach();
  }
}

function outOfReach() {
  return new Trouble(
    navigator.onLine
      ? "The server does not answer. It may have stopped; try again in a moment."
      : "You are offline. Try again when the connection is back.",
    "offline",
  );
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
 * What to do with a file of a type that has a name, such as HEIC; nothing where it has
 * none.
 *
 * @param {string} detail
 */
function adviceIn(detail) {
  const [, advice] = /, got (.+: .+)$/.exec(detail) ?? [];
  return advice === undefined ? "" : `It is ${advice}.`;
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
    404: ["That is not there any more.", "other"],
    409: ["Somebody else changed the model first.", "raced"],
    412: ["Somebody else changed the model first.", "raced"],
    413: ["That image is too large for this server.", "large"],
    415: ["That is not a JPEG, PNG, WebP or GIF image.", "image"],
    429: [
      `That is more than this key may do. Try again in ${wait(seconds)}.`,
      "later",
    ],
    503: [`The server is busy. Try again in ${wait(seconds)}.`, "later"],
  };
  const [message, kind] = known[response.status] ??
    (field?.startsWith("images[")
      ? ["That image cannot be read.", "image"]
      : ["That did not work.", "other"]);
  const said = response.status === 415 ? adviceIn(detail) : detail;
  return new Trouble(message, kind, said, field ?? "");
}
