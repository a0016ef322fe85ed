// @ts-check
/// <reference lib="dom" />
/** The page: puts its parts together. @module */

import { askAgain } from "./asking.js";
import { hideSummary } from "./batch.js";
import { listenForCamera } from "./camera.js";
import { rollback } from "./calls.js";
import { byId, say } from "./elements.js";
import { gather, listenForDownload, ungather } from "./gathered.js";
import { listenForImages } from "./images.js";
import { openGrid, takeMany } from "./many.js";
import { updateModel, versionHere } from "./model.js";
import { askForClass, isAskingForClass, openClasses } from "./new_class.js";
import { showNewClass, showReturn } from "./outcome.js";
import { listenForReturn, pastVersion, setPast } from "./past.js";
import { Trouble } from "./server.js";
import { keepShots } from "./shots.js";
import { loadTimeline, newest, openTimeline, served } from "./timeline.js";
import {
  bringIntoView,
  look,
  lookAgain,
  openViewer,
  shownImage,
} from "./viewer.js";
import { complain, run, showAnew, tell, whenChanged } from "./work.js";

/** @typedef {import("./images.js").Image} Image */

/** Milliseconds that the page rests before it brings the model here. */
const QUIET = 1000;

const outcome = byId("outcome", HTMLElement);

/** @param {readonly Image[]} images */
function take(images) {
  const [first, ...more] = images;
  if (isAskingForClass()) keepShots(images);
  else if (more.length > 0) takeMany(images);
  else if (first !== undefined) lookAt(first);
}

/** @param {Image} image */
async function lookAt(image) {
  await look(image);
  // They may have needed a key, which is there by now.
  if (shownImage() !== undefined && newest() === undefined) {
    await loadTimeline().catch(complain);
  }
}

/**
 * Looks through an old version, or through the newest again.
 *
 * @param {number | undefined} version
 */
function lookThrough(version) {
  run("Looking at it …", async () => {
    const former = pastVersion();
    setPast(version);
    try {
      await showAnew();
    } catch (error) {
      setPast(former); // nothing is shown of the other
      throw error;
    }
    bringIntoView(byId("answer", HTMLElement));
    byId("answer-title", HTMLElement).focus({ preventScroll: true });
  });
}

/** Takes away what was said of former changes, with its ways back. */
function hideOutcomes() {
  outcome.hidden = true;
  hideSummary();
}

/** @param {number} version */
function goBack(version) {
  run(`Going back to version ${version} …`, async () => {
    const { version: made } = await rollback(version, served()?.sha256 ?? "");
    setPast(undefined);
    try {
      await showAnew();
    } finally { // it was done, whatever comes after
      showReturn(outcome, version, made.after);
    }
  });
}

/**
 * @param {Parameters<typeof askForClass>[0]} [known]
 */
function ask(known) {
  askForClass(known).catch(complain);
}

/** @param {import("./new_class.js").Added} added */
async function showAdded({ head, label, images, before }) {
  const labelled = images.map(({ image }) => ({
    image,
    labels: { [head]: label },
  }));
  gather(labelled);
  await run("Looking at it …", showAnew);
  const made = newest();
  if (made === undefined) return;
  const what = { head, label, shots: images.length };
  showNewClass(outcome, what, made, () => {
    ungather(labelled);
    goBack(before);
  });
}

openViewer({
  goBack,
  askForClass: (head, label) => ask({ head, label, image: shownImage() }),
});
openGrid({ look: lookAt, goBack });
openTimeline({ goBack, look: lookThrough });
openClasses(showAdded, showAnew);
whenChanged(hideOutcomes);
whenChanged(() => loadTimeline());
whenChanged(lookAgain);
whenChanged(askAgain);
whenChanged(() => {
  if (versionHere() !== undefined) updateModel().catch(() => {});
});
listenForImages(take, complain);
listenForCamera(
  (image, name) => take([{ image, name }]),
  (message) => tell(message, "other"),
);
listenForReturn(() => lookThrough(undefined));
listenForDownload(complain);
byId("new-class", HTMLButtonElement).addEventListener("click", () => ask());
loadTimeline(false).catch((error) =>
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
