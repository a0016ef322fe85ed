// @ts-check
/// <reference lib="dom" />
/** The ways in which an image comes: dropped, pasted, chosen, or a sample. @module */

import { byId } from "./elements.js";

/** @typedef {(image: Blob, name: string, more: number) => void} OnImage */

/**
 * Listens for images; `more` tells how many files came beside the first.
 *
 * @param {OnImage} onImage
 * @param {(error: Error) => void} onError
 */
export function listenForImages(onImage, onError) {
  /** @param {FileList | null | undefined} files */
  const take = (files) => {
    const first = files?.[0];
    if (first) onImage(first, first.name, (files?.length ?? 1) - 1);
  };
  listenForFiles(take);
  listenForDrops(take);
  document.addEventListener("paste", ({ clipboardData }) => {
    take(clipboardData?.files);
  });
  for (const button of document.querySelectorAll("[data-sample]")) {
    const name = button.getAttribute("data-sample") ?? "";
    button.addEventListener("click", () => {
      fetchSample(name).then((image) => onImage(image, "", 0), onError);
    });
  }
}

/** @param {(files: FileList | null) => void} take */
function listenForFiles(take) {
  const file = byId("file", HTMLInputElement);
  byId("pick", HTMLButtonElement).addEventListener("click", () => file.click());
  file.addEventListener("change", () => {
    take(file.files);
    file.value = ""; // so that the same file can be chosen again
  });
}

/** @param {(files: FileList | undefined) => void} take */
function listenForDrops(take) {
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
    take(event.dataTransfer?.files);
  });
}

/** @param {string} name */
async function fetchSample(name) {
  const response = await fetch(`page/${name}`);
  if (!response.ok) throw new Error("That drawing cannot be fetched.");
  return await response.blob();
}
