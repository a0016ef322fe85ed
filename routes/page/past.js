// @ts-check
/// <reference lib="dom" />
/** The version that the page looks through: the newest, or an old one for a while. @module */

import { byId } from "./elements.js";

const banner = byId("past", HTMLElement);
const text = byId("past-text", HTMLElement);
const title = byId("answer-title", HTMLElement);

/** @type {number | undefined} */
let version;

/** The old version that is looked through; undefined where it is the newest. */
export function pastVersion() {
  return version;
}

/**
 * Looks through an old version from now on, or through the newest again.
 *
 * @param {number | undefined} wanted
 */
export function setPast(wanted) {
  version = wanted;
  banner.hidden = wanted === undefined;
  title.textContent = wanted === undefined
    ? "What the model sees"
    : `What version ${wanted} sees`;
  text.textContent =
    `You are looking through version ${wanted}, which is not the one that is served. Nothing can be taught to it.`;
  document.body.classList.toggle("past", wanted !== undefined);
}

/**
 * Listens for the way back.
 *
 * @param {() => void} onReturn
 */
export function listenForReturn(onReturn) {
  byId("present", HTMLButtonElement).addEventListener("click", onReturn);
}
