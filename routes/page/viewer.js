// @ts-check
/// <reference lib="dom" />
/** One image: what the model says of it, and what that becomes when it is taught. @module */

import { headSections } from "./answers.js";
import { predict, teach } from "./calls.js";
import { byId, say } from "./elements.js";
import { gather, ungather } from "./gathered.js";
import { etagHere, predictHere, versionHere } from "./model.js";
import { showOutcome } from "./outcome.js";
import { pastVersion } from "./past.js";
import { Trouble } from "./server.js";
import { run, showAnew } from "./work.js";
import { knownInWords, plain } from "./words.js";

/**
 * @typedef {import("./server.js").Prediction} Prediction
 * @typedef {import("./server.js").Label} Label
 *
 * The image that is looked at, the answer to it, and the newest version's.
 * @typedef {{
 *   image: Blob,
 *   name: string,
 *   prediction: Prediction,
 *   etag: string,
 *   newest: Prediction | undefined,
 * }} Shown
 *
 * What the page does beside it.
 * @typedef {{
 *   goBack(version: number): void,
 *   askForClass(head: string, label: string): void,
 * }} Others
 */

const HINT = "Wrong? Click the right answer, and the model learns it.";
const LEGEND = "The upright mark is where each bar was before.";
const PAST_LEGEND =
  "The upright mark is where the newest version has each bar.";

const preview = byId("preview", HTMLImageElement);
const answer = byId("answer", HTMLElement);
const outcome = byId("outcome", HTMLElement);

/** @type {Image | undefined} */
let image;
/** @type {Shown | undefined} */
let shown;
/** @type {Others} */
let others;

/** @typedef {{ image: Blob, name: string }} Image */

/**
 * Readies the viewer.
 *
 * @param {Others} beside
 */
export function openViewer(beside) {
  others = beside;
  preview.addEventListener("error", () => showPreview(false));
}

/** The image that is looked at, if there is one that the model could read. */
export function shownImage() {
  return shown && { image: shown.image, name: shown.name };
}

/**
 * Shows an image and what the model says of it.
 *
 * @param {Image} wanted
 */
export function look(wanted) {
  return run("Looking at it …", async () => {
    showImage(wanted);
    await ask(wanted);
    bringIntoView(answer);
  });
}

/** Asks about the image again, and moves the bars. */
export async function lookAgain() {
  if (image !== undefined) await ask(image);
}

/** @param {Image} wanted */
async function ask(wanted) {
  const past = pastVersion();
  const { prediction, etag, here } = await answerTo(wanted.image, past);
  const before = past === undefined ? shown?.prediction : shown?.newest;
  const newest = past === undefined ? prediction : shown?.newest;
  shown = { ...wanted, prediction, etag, newest };
  say(
    byId("here", HTMLElement),
    here
      ? `The server is out of reach: this browser answered, by version ${versionHere()}.`
      : "",
  );
  byId("heads", HTMLElement).replaceChildren(
    ...headSections(
      prediction,
      before,
      past === undefined ? LESSONS : undefined,
    ),
  );
  say(byId("known", HTMLElement), knownInWords(prediction.known));
  byId("empty", HTMLElement).hidden = true;
  say(byId("hint", HTMLElement), here ? "" : legend(past, before));
}

/**
 * Asks the server, and this browser where the server is out of reach: of the newest
 * version that it has heard of.
 *
 * @param {Blob} image
 * @param {number | undefined} past
 * @returns {Promise<{ prediction: Prediction, etag: string, here: boolean }>}
 */
async function answerTo(image, past) {
  try {
    const { predictions: [prediction], model: { etag } } = await predict(
      [image],
      past,
    );
    return {
      prediction: /** @type {Prediction} */ (prediction),
      etag,
      here: false,
    };
  } catch (error) {
    const away = error instanceof Trouble && error.kind === "offline";
    if (!away || past !== undefined || versionHere() === undefined) throw error;
    const etag = etagHere();
    return { prediction: await predictHere(image), etag, here: true };
  }
}

/**
 * @param {number | undefined} past
 * @param {Prediction | undefined} before
 */
function legend(past, before) {
  if (past === undefined) return before === undefined ? HINT : LEGEND;
  return before === undefined ? "" : PAST_LEGEND;
}

/** @param {Image} wanted */
function showImage(wanted) {
  const { name } = wanted;
  URL.revokeObjectURL(preview.src);
  preview.src = URL.createObjectURL(wanted.image);
  preview.alt = name === "" ? "The drawing" : name;
  showPreview(true);
  say(byId("file-name", HTMLElement), name);
  image = wanted;
  shown = undefined;
  outcome.hidden = true;
  byId("heads", HTMLElement).replaceChildren();
  say(byId("here", HTMLElement), "");
  say(byId("known", HTMLElement), "");
  say(byId("hint", HTMLElement), "");
  byId("empty", HTMLElement).hidden = false;
}

/**
 * Shows the image, or the invitation in its place, as for a file that is none.
 *
 * @param {boolean} there
 */
function showPreview(there) {
  preview.hidden = !there;
  byId("invitation", HTMLElement).hidden = there;
}

/**
 * Scrolls to what is below the screen, as the answer is on a narrow one.
 *
 * @param {HTMLElement} element
 */
export function bringIntoView(element) {
  const { top } = element.getBoundingClientRect();
  if (top >= 0 && top < innerHeight / 2) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ behavior: calm ? "auto" : "smooth" });
}

/** @type {import("./answers.js").Lessons} */
const LESSONS = {
  teach: learn,
  addClass: (head, label) => others.askForClass(head, label),
};

/**
 * Teaches the label, and shows what that did.
 *
 * @param {string} head
 * @param {Label} label
 */
function learn(head, label) {
  if (shown === undefined) return;
  const { image, prediction, etag } = shown;
  const lesson = { id: prediction.id, image, labels: { [head]: label } };
  run(`Teaching: ${plain(label)} …`, async () => {
    outcome.hidden = true;
    const { answer: done } = await teach([lesson], etag);
    gather([lesson]);
    try {
      if (done.version.after !== done.version.before) await showAnew();
    } finally { // it was taught, whatever comes after
      showOutcome(outcome, done, { head, label }, () => {
        ungather([lesson]);
        others.goBack(done.version.before);
      });
    }
  });
}
