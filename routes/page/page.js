// @ts-check
/// <reference lib="dom" />
/** The page: an image, what the model says of it, and what that becomes when it is taught. @module */

import { headSections } from "./answers.js";
import { listenForCamera } from "./camera.js";
import { byId, say } from "./elements.js";
import { listenForImages } from "./images.js";
import { predictHere, updateModel, versionHere } from "./model.js";
import { showOutcome, showReturn } from "./outcome.js";
import { predict, rollback, teach, Trouble } from "./server.js";
import { loadTimeline, newest } from "./timeline.js";
import { knownInWords, plain } from "./words.js";

/**
 * @typedef {import("./server.js").Prediction} Prediction
 * @typedef {import("./server.js").Label} Label
 * @typedef {{ image: Blob, prediction: Prediction, etag: string }} Shown
 * @typedef {Omit<Shown, "image"> & { here: boolean }} Answered
 */

/** Milliseconds that the page rests before it brings the model here. */
const QUIET = 1000;
const HINT = "Wrong? Click the right answer, and the model learns it.";
const LEGEND = "The upright mark is where each bar was before.";

const status = byId("status", HTMLElement);
const preview = byId("preview", HTMLImageElement);
const answer = byId("answer", HTMLElement);
const outcome = byId("outcome", HTMLElement);

/**
 * The image that is looked at and the answer to it, once there is one.
 *
 * @type {Shown | undefined}
 */
let shown;
/** Whether something is under way: only one thing is at a time. */
let busy = false;

/**
 * Does one thing at a time, says what it is, and what went wrong.
 *
 * @param {string} doing
 * @param {() => Promise<void>} work
 */
async function run(doing, work) {
  if (busy) return;
  busy = true;
  tell(doing, "busy");
  answer.setAttribute("aria-busy", "true");
  try {
    await work();
    tell("", "");
  } catch (error) {
    await complain(error);
  } finally {
    busy = false;
    answer.removeAttribute("aria-busy");
  }
}

/**
 * @param {string} text
 * @param {string} kind
 */
function tell(text, kind) {
  status.dataset.kind = kind;
  say(status, text);
}

/** @param {unknown} error */
async function complain(error) {
  if (!(error instanceof Trouble)) {
    console.error(error);
    tell("Something went wrong on this page. Reload it.", "other");
    return;
  }
  const { message, detail, kind } = error;
  if (kind !== "raced") {
    tell(detail === "" ? message : `${message} ${detail}`, kind);
    return;
  }
  try {
    await refresh();
    tell(`${message} Nothing was done. Here is what it says now.`, kind);
  } catch {
    tell(`${message} Nothing was done.`, kind);
  }
}

/** Asks about the image again, and for the versions; moves the bars. */
async function refresh() {
  await loadTimeline(goBack);
  if (shown !== undefined) await ask(shown.image, shown.prediction);
  if (versionHere() !== undefined) updateModel().catch(() => {});
}

/**
 * Asks about an image and shows the answer.
 *
 * @param {Blob} image
 * @param {Prediction} [before] what the model said of it until just now
 */
async function ask(image, before) {
  const { prediction, etag, here } = await answerTo(image);
  shown = { image, prediction, etag };
  say(
    byId("here", HTMLElement),
    here
      ? `The server is out of reach: this browser answered, by version ${versionHere()}.`
      : "",
  );
  byId("heads", HTMLElement).replaceChildren(
    ...headSections(prediction, before, learn),
  );
  say(byId("known", HTMLElement), knownInWords(prediction.known));
  byId("empty", HTMLElement).hidden = true;
  const hint = before === undefined ? HINT : LEGEND;
  say(byId("hint", HTMLElement), here ? "" : hint);
}

/**
 * Asks the server, and this browser where the server is out of reach.
 *
 * @param {Blob} image
 * @returns {Promise<Answered>}
 */
async function answerTo(image) {
  try {
    const { predictions: [prediction], model: { etag } } = await predict(image);
    return {
      prediction: /** @type {Prediction} */ (prediction),
      etag,
      here: false,
    };
  } catch (error) {
    const away = error instanceof Trouble && error.kind === "offline";
    if (!away || versionHere() === undefined) throw error;
    return { prediction: await predictHere(image), etag: "", here: true };
  }
}

/**
 * @param {Blob} image
 * @param {string} name
 * @param {number} [more] files that came with it
 */
function look(image, name, more = 0) {
  return run("Looking at it …", async () => {
    show(image, name, more);
    await ask(image);
    bringIntoView();
    if (newest() === undefined) await loadTimeline(goBack);
  });
}

/**
 * @param {Blob} image
 * @param {string} name
 * @param {number} more
 */
function show(image, name, more) {
  URL.revokeObjectURL(preview.src);
  preview.src = URL.createObjectURL(image);
  preview.alt = name === "" ? "The drawing" : name;
  preview.hidden = false;
  byId("invitation", HTMLElement).hidden = true;
  const rest = more > 0 ? `, the first of ${more + 1}` : "";
  say(byId("file-name", HTMLElement), name === "" ? "" : name + rest);
  shown = undefined;
  outcome.hidden = true;
  byId("heads", HTMLElement).replaceChildren();
  say(byId("here", HTMLElement), "");
  say(byId("known", HTMLElement), "");
  say(byId("hint", HTMLElement), "");
  byId("empty", HTMLElement).hidden = false;
}

/** On a narrow screen the answer is below the image. */
function bringIntoView() {
  const { top } = answer.getBoundingClientRect();
  if (top < innerHeight / 2) return;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  answer.scrollIntoView({ behavior: calm ? "auto" : "smooth" });
}

/**
 * Teaches the label, and shows what that did.
 *
 * @param {string} head
 * @param {Label} label
 */
function learn(head, label) {
  const current = shown;
  if (current === undefined) return;
  const { image, prediction, etag } = current;
  run(`Teaching: ${plain(label)} …`, async () => {
    outcome.hidden = true;
    const done = await teach({ id: prediction.id, image, etag, head, label });
    try {
      if (done.version.after !== done.version.before) await refresh();
    } finally { // it was taught, whatever comes after
      showOutcome(
        outcome,
        done,
        { head, label },
        () => goBack(done.version.before),
      );
    }
  });
}

/** @param {number} version */
function goBack(version) {
  run(`Going back to version ${version} …`, async () => {
    const { version: made } = await rollback(version, newest()?.sha256 ?? "");
    outcome.hidden = true;
    await refresh();
    showReturn(outcome, version, made.after);
  });
}

listenForImages(look, complain);
listenForCamera(look, (message) => tell(message, "other"));
preview.addEventListener("error", () => preview.hidden = true);
addEventListener(
  "offline",
  () =>
    tell("You are offline. Try again when the connection is back.", "offline"),
);
addEventListener("online", () => {
  if (status.dataset.kind === "offline") tell("", "");
});
loadTimeline(goBack, false).catch((error) =>
  say(
    byId("history-note", HTMLElement),
    error instanceof Trouble && error.kind === "key"
      ? "The versions are shown once you have given a key."
      : error.message,
  )
);

// The model comes after all that is seen, and not where data are dear.
addEventListener("load", () => {
  const { connection } = /** @type {{ connection?: { saveData: boolean } }} */ (
    navigator
  );
  if (connection?.saveData) return;
  setTimeout(() => updateModel().catch(() => {}), QUIET);
});
