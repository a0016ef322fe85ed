// @ts-check
/// <reference lib="dom" />
/** The labels that were given in this tab, with their images, to take home. @module */

import { knownHeads } from "./calls.js";
import { byId } from "./elements.js";

/**
 * @typedef {import("./server.js").Label} Label
 * @typedef {{ image: Blob, labels: Readonly<Record<string, Label>> }} Labelled
 */

const NAME = "corrections";

/** Labels by their images, in the order in which these came. @type {Map<Blob, Record<string, Label>>} */
const images = new Map();

/**
 * Keeps labelled images; of two labels for one head the later.
 *
 * @param {readonly Labelled[]} labelled
 */
export function gather(labelled) {
  for (const { image, labels } of labelled) {
    images.set(image, { ...images.get(image), ...labels });
  }
  show();
}

/**
 * Forgets labels that were taken back.
 *
 * @param {readonly Labelled[]} labelled
 */
export function ungather(labelled) {
  for (const { image, labels } of labelled) {
    const kept = Object.entries(images.get(image) ?? {})
      .filter(([head]) => !(head in labels));
    if (kept.length === 0) images.delete(image);
    else images.set(image, Object.fromEntries(kept));
  }
  show();
}

function show() {
  const { size } = images;
  byId("gathered", HTMLElement).hidden = size === 0;
  byId("gathered-text", HTMLElement).textContent = size === 1
    ? "You labelled 1 image in this tab."
    : `You labelled ${size} images in this tab.`;
  byId("gathered-command", HTMLElement).textContent = command();
}

/** The command that trains on the folder, with the kinds of its heads. */
function command() {
  const heads = new Set([...images.values()].flatMap(Object.keys));
  const kinds = [...heads].map((name) =>
    ` --head ${name}:${knownHeads().get(name) ?? "classes"}`
  );
  return `deno task train --data ${NAME}${kinds.join("")}`;
}

/**
 * Listens for the button that downloads them.
 *
 * @param {(error: unknown) => void} onError
 */
export function listenForDownload(onError) {
  byId("download", HTMLButtonElement).addEventListener("click", () => {
    download().catch(onError);
  });
}

async function download() {
  const { archiveOf } = await import("./archive.js");
  const labelled = [...images].map(([image, labels]) => ({ image, labels }));
  const url = URL.createObjectURL(await archiveOf(labelled, NAME));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${NAME}.zip`;
  link.click();
  // Not before the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
