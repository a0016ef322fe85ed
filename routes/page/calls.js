// @ts-check
/** What the page asks of the server, each in one function. @module */

import { declarationOf, headsOf } from "./heads.js";
import { ALL_CLASSES, exchange, request, Trouble } from "./server.js";

/**
 * @typedef {import("./server.js").PredictAnswer} PredictAnswer
 * @typedef {import("./server.js").FinetuneAnswer} FinetuneAnswer
 * @typedef {import("./server.js").Label} Label
 *
 * An image and its right labels. `id` is that of a prediction of it.
 * @typedef {{ id: unknown, image: Blob, labels: Readonly<Record<string, Label>> }} Lesson
 *
 * What a change of labels did.
 * @typedef {{ version: { before: number, after: number } }} Changed
 */

/** @type {ReadonlyMap<string, string>} */
let heads = new Map();

/**
 * Asks every head about images.
 *
 * @param {readonly Blob[]} images
 * @param {number} [version] an old version to ask
 * @returns {Promise<PredictAnswer>}
 */
export async function predict(images, version) {
  const old = version === undefined ? "" : `&version=${version}`;
  const answer = await request(`predict?topK=${ALL_CLASSES}${old}`, {
    method: "POST",
    ...bodyOf(images),
  });
  const [first] = /** @type {PredictAnswer} */ (answer).predictions;
  if (first !== undefined) {
    heads = new Map(
      headsOf(first).map(([name, said]) => [name, declarationOf(said)]),
    );
  }
  return answer;
}

/**
 * One image as it is, several as a form.
 *
 * @param {readonly Blob[]} images
 */
function bodyOf(images) {
  const [first] = images;
  if (images.length > 1 || first === undefined) return { body: formOf(images) };
  // The server looks at the bytes; only what they are not, JSON or a form, matters.
  const headers = { "Content-Type": "application/octet-stream" };
  return { body: first, headers };
}

/** @param {readonly Blob[]} images */
function formOf(images) {
  const form = new FormData();
  // A name of our own: that of the file is nobody's business.
  for (const image of images) form.append("image", image, "image");
  return form;
}

/** The heads of the model by what it said last, with their kinds and units. */
export function knownHeads() {
  return heads;
}

/**
 * Teaches examples in one request, unless the model has changed since `etag`. The
 * images are sent where the server does not know the predictions, or no longer.
 *
 * @param {readonly Lesson[]} lessons
 * @param {string} etag
 * @returns {Promise<{ answer: FinetuneAnswer, etag: string }>}
 */
export async function teach(lessons, etag) {
  /** @param {{ body: BodyInit, headers?: Record<string, string> }} init */
  const send = ({ body, headers }) =>
    exchange("finetune", {
      method: "POST",
      body,
      headers: { ...headers, "If-Match": etag },
    });
  const images = { body: formOfLessons(lessons) };
  if (lessons.some(({ id }) => id === undefined)) return await send(images);
  try {
    return await send(namesOf(lessons));
  } catch (error) {
    const expired = error instanceof Trouble &&
      error.field.endsWith(".predictionId");
    if (!expired) throw error;
    return await send(images);
  }
}

/**
 * Examples that name their images by predictions.
 *
 * @param {readonly Lesson[]} lessons
 */
function namesOf(lessons) {
  const examples = lessons.map(({ id, labels }) => ({
    predictionId: id,
    ...labels,
  }));
  return {
    body: JSON.stringify({ examples }),
    headers: { "Content-Type": "application/json" },
  };
}

/**
 * Images and a column of labels for each head; an empty label is one that nobody
 * knows.
 *
 * @param {readonly Lesson[]} lessons
 */
function formOfLessons(lessons) {
  const form = formOf(lessons.map(({ image }) => image));
  const names = new Set(lessons.flatMap(({ labels }) => Object.keys(labels)));
  for (const name of names) {
    for (const { labels } of lessons) {
      form.append(name, String(labels[name] ?? ""));
    }
  }
  return form;
}

/**
 * Adds a class to a head from images of it, unless the model has changed since
 * `sha256`.
 *
 * @param {{ head: string, label: string, images: readonly Blob[] }} what
 * @param {string} sha256
 * @returns {Promise<Changed>}
 */
export function addClass({ head, label, images }, sha256) {
  const form = formOf(images);
  form.append("head", head);
  form.append("label", label);
  return request("labels", {
    method: "POST",
    body: form,
    headers: matching(sha256),
  });
}

/**
 * Goes back to a version, unless the model has changed since `sha256`.
 *
 * @param {number} version
 * @param {string} sha256
 * @returns {Promise<Changed>}
 */
export function rollback(version, sha256) {
  return request("rollback", {
    method: "POST",
    body: JSON.stringify({ version }),
    headers: { "Content-Type": "application/json", ...matching(sha256) },
  });
}

/** @param {string} sha256 */
function matching(sha256) {
  return { "If-Match": `"sha256-${sha256}"` };
}
