// @ts-check
/// <reference lib="dom" />
/** The key: asked for when it is needed, and kept in this tab only. @module */

import { byId } from "./elements.js";

const PLACE = "tandem-key";

/** The key that was typed in this tab, or null. */
export function storedKey() {
  return sessionStorage.getItem(PLACE);
}

/** Forgets the key. */
export function forgetKey() {
  sessionStorage.removeItem(PLACE);
}

/** @type {Promise<boolean> | undefined} */
let asking;

/**
 * Asks for a key and keeps it; whether one was given. Two requests ask once.
 *
 * @param {string} reason
 */
export function askForKey(reason) {
  asking ??= ask(reason).finally(() => asking = undefined);
  return asking;
}

/**
 * @param {string} reason
 * @returns {Promise<boolean>}
 */
function ask(reason) {
  const dialog = byId("key-dialog", HTMLDialogElement);
  const input = byId("key", HTMLInputElement);
  byId("key-reason", HTMLElement).textContent = reason;
  input.value = "";
  dialog.returnValue = "cancel"; // what Escape leaves
  dialog.showModal();
  input.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const key = input.value.trim();
      input.value = "";
      const given = dialog.returnValue === "use" && key !== "";
      if (given) sessionStorage.setItem(PLACE, key);
      resolve(given);
    }, { once: true });
  });
}
