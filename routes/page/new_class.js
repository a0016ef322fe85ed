// @ts-check
/// <reference lib="dom" />
/** A new class: its name, and up to ten images of it. @module */

import { addClass, knownHeads, predict } from "./calls.js";
import { byId, make, say } from "./elements.js";
import { fetchSample, listenForFiles } from "./images.js";
import { Trouble } from "./server.js";
import { shrunk } from "./shrink.js";
import { clearShots, keepShots, listenForShots, takenShots } from "./shots.js";
import { loadTimeline, newest, served } from "./timeline.js";
import { inWords } from "./work.js";
import { plain } from "./words.js";

/**
 * @typedef {import("./images.js").Image} Image
 *
 * A class that the server has learned.
 * @typedef {{ head: string, label: string, images: readonly Image[], before: number }} Added
 */

const dialog = byId("class-dialog", HTMLDialogElement);
const name = byId("class-name", HTMLInputElement);
const head = byId("class-head", HTMLSelectElement);
const trouble = byId("class-trouble", HTMLElement);
const teachButton = byId("class-teach", HTMLButtonElement);

/**
 * Readies the dialog.
 *
 * @param {(added: Added) => Promise<void>} onAdded
 * @param {() => Promise<void>} onRaced where somebody else changed the model first
 */
export function openClasses(onAdded, onRaced) {
  listenForShots((message) => say(trouble, message));
  listenForFiles("class-pick", "class-file", keepShots);
  byId("class-cancel", HTMLButtonElement).addEventListener(
    "click",
    () => dialog.close(),
  );
  dialog.addEventListener("close", clearShots);
  byId("class-form", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    teachClass(onAdded, onRaced);
  });
}

/** Whether a class is being asked for: what is dropped then is an image of it. */
export function isAskingForClass() {
  return dialog.open;
}

/**
 * Asks for a new class.
 *
 * @param {{ head?: string, label?: string, image?: Image | undefined }} [known] what of it is known
 */
export async function askForClass(known = {}) {
  await offerHeads();
  if (newest() === undefined) await loadTimeline(); // there is a key by now
  name.value = known.label ?? "";
  if (known.head !== undefined) head.value = known.head;
  say(trouble, "");
  if (known.image !== undefined) keepShots([known.image]);
  dialog.showModal();
  name.focus();
}

/** Offers the heads that have classes. A model that has not said anything yet is asked. */
async function offerHeads() {
  if (knownHeads().size === 0) {
    await predict([await fetchSample("amazon-mug-2.jpg")]);
  }
  const names = [...knownHeads()].filter(([, kind]) => kind === "classes")
    .map(([each]) => each);
  if (names.length === 0) {
    throw new Trouble("This model has no head of classes.", "other");
  }
  head.replaceChildren(
    ...names.map((each) => make("option", { value: each }, plain(each))),
  );
  head.value = names.at(-1) ?? "";
  byId("class-heads", HTMLElement).hidden = names.length === 1;
}

/**
 * @param {(added: Added) => Promise<void>} onAdded
 * @param {() => Promise<void>} onRaced
 */
async function teachClass(onAdded, onRaced) {
  const images = takenShots();
  if (images.length === 0) {
    say(trouble, "Take or add an image of it first.");
    return;
  }
  const what = { head: head.value, label: name.value.trim() };
  setTeaching(true);
  say(trouble, "");
  try {
    const blobs = await Promise.all(images.map(({ image }) => shrunk(image)));
    const { version } = await addClass(
      { ...what, images: blobs },
      served()?.sha256 ?? "",
    );
    dialog.close();
    await onAdded({ ...what, images, before: version.before });
  } catch (error) {
    await complain(error, images, onRaced);
  } finally {
    setTeaching(false);
  }
}

/** @param {boolean} teaching */
function setTeaching(teaching) {
  teachButton.disabled = teaching;
  teachButton.textContent = teaching ? "Teaching …" : "Teach it";
}

/**
 * @param {unknown} error
 * @param {readonly Image[]} images those that were sent
 * @param {() => Promise<void>} onRaced
 */
async function complain(error, images, onRaced) {
  if (!(error instanceof Trouble)) {
    console.error(error);
    return say(trouble, "Something went wrong on this page. Reload it.");
  }
  if (error.kind !== "raced") {
    return say(trouble, imageInWords(error.field, images) + inWords(error));
  }
  say(
    trouble,
    `${error.message} Nothing was done. Teach it again if you like.`,
  );
  await onRaced().catch(() => {}); // what went wrong is said already
}

/**
 * Which of the images a trouble is about; empty where it is about none.
 *
 * @param {string} field as the server names it, such as `images[2]`
 * @param {readonly Image[]} images
 */
function imageInWords(field, images) {
  const place = /^images\[(\d+)\]/.exec(field)?.[1];
  if (place === undefined) return "";
  return `Image ${Number(place) + 1}, ${images[Number(place)]?.name}: `;
}
