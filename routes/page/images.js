// @ts-check
/// <reference lib="dom" />
/** The ways in which images come: dropped, pasted, chosen, or a sample. @module */

import { byId } from "./elements.js";
import { Trouble } from "./server.js";

/**
 * @typedef {{ image: Blob, name: string }} Image
 * @typedef {(images: readonly Image[]) => void} OnImages
 */

/**
 * Listens for images, one or several at once.
 *
 * @param {OnImages} onImages
 * @param {(error: unknown) => void} onError
 */
export function listenForImages(onImages, onError) {
  listenForFiles("pick", "file", onImages);
  listenForDrops(onImages);
  document.addEventListener("paste", ({ clipboardData }) => {
    take(clipboardData?.files, onImages);
  });
  for (const button of document.querySelectorAll("[data-sample]")) {
    const name = button.getAttribute("data-sample") ?? "";
    button.addEventListener("click", () => {
      fetchSample(name).then(
        (image) => onImages([{ image, name: "" }]),
        onError,
      );
    });
  }
}

/**
 * Has files chosen by a button.
 *
 * @param {string} button its id
 * @param {string} input that of the input for files
 * @param {OnImages} onImages
 */
export function listenForFiles(button, input, onImages) {
  const file = byId(input, HTMLInputElement);
  byId(button, HTMLButtonElement).addEventListener("click", () => file.click());
  file.addEventListener("change", () => {
    take(file.files, onImages);
    file.value = ""; // so that the same file can be chosen again
  });
}

/** @param {OnImages} onImages */
function listenForDrops(onImages) {
  const veil = byId("drop-veil", HTMLElement);
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    veil.hidden = !event.dataTransfer?.types.includes("Files");
  });
  document.addEventListener("dragleave", ({ relatedTarget }) => {
    if (relatedTarget === null) veil.hidden = true;
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    veil.hidden = true;
    take(event.dataTransfer?.files, onImages);
  });
}

/**
 * @param {FileList | null | undefined} files
 * @param {OnImages} onImages
 */
function take(files, onImages) {
  if (!files || files.length === 0) return;
  onImages([...files].map((image) => ({ image, name: image.name })));
}

/**
 * A built-in drawing.
 *
 * @param {string} name
 */
export async function fetchSample(name) {
  const response = await fetch(`page/${name}`).catch(() => undefined);
  if (response?.ok) return await response.blob();
  throw new Trouble("That drawing cannot be fetched now.", "offline");
}
