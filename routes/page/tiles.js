// @ts-check
/// <reference lib="dom" />
/** One image of many: how it is drawn. @module */

import { make } from "./elements.js";
import { inShort } from "./heads.js";
import { plain } from "./words.js";

/**
 * @typedef {import("./server.js").Prediction} Prediction
 * @typedef {import("./server.js").Label} Label
 *
 * One image of many.
 * @typedef {{
 *   image: Blob,
 *   name: string,
 *   button: HTMLButtonElement,
 *   state: "waiting" | "asking" | "known" | "unreadable",
 *   trouble: string,
 *   prediction: Prediction | undefined,
 *   labels: Record<string, Label>,
 *   result: { learned: boolean, text: string } | undefined,
 * }} Tile
 */

/**
 * A tile of an image that nobody was asked about yet.
 *
 * @param {{ image: Blob, name: string }} from
 * @param {(tile: Tile, text: string) => void} onOpen given what was typed to open it
 * @param {(tile: Tile) => void} onClear
 * @returns {Tile}
 */
export function newTile({ image, name }, onOpen, onClear) {
  const button = make("button", {
    type: "button",
    class: "tile",
    "aria-expanded": "false",
    tabindex: "-1",
  });
  const img = make("img", { alt: "", src: URL.createObjectURL(image) });
  img.addEventListener("error", () => img.hidden = true);
  button.append(img, make("span", { class: "facts" }));
  /** @type {Tile} */
  const tile = {
    image,
    name,
    button,
    state: "waiting",
    trouble: "",
    prediction: undefined,
    labels: {},
    result: undefined,
  };
  button.addEventListener("click", () => onOpen(tile, ""));
  button.addEventListener("keydown", (event) => {
    const { key, ctrlKey, altKey, metaKey } = event;
    if (ctrlKey || altKey || metaKey) return;
    if (key === "Delete" || key === "Backspace") onClear(tile);
    else if (key.length > 1 || key === " ") return;
    else onOpen(tile, key);
    event.preventDefault();
  });
  return tile;
}

/**
 * Frees the memory of a tile's image.
 *
 * @param {Tile} tile
 */
export function freeTile({ button }) {
  URL.revokeObjectURL(button.querySelector("img")?.src ?? "");
}

/**
 * Writes what there is to say of a tile.
 *
 * @param {Tile} tile
 * @param {string} head the head that is shown
 */
export function drawTile(tile, head) {
  const { button, name, state, labels, result } = tile;
  const label = labels[head];
  button.dataset.state = label === undefined ? state : "labelled";
  const lines = [
    make("span", { class: "file" }, name),
    make("span", { class: "answer" }, answerOf(tile, head)),
  ];
  if (label !== undefined) {
    lines.push(make("span", { class: "label" }, `Your label: ${plain(label)}`));
  }
  if (result !== undefined) {
    const kind = result.learned ? "result good" : "result";
    lines.push(make("span", { class: kind }, result.text));
  }
  button.querySelector(".facts")?.replaceChildren(...lines);
}

/**
 * @param {Tile} tile
 * @param {string} head
 */
function answerOf({ state, trouble, prediction }, head) {
  if (state === "unreadable") return trouble;
  const answer = prediction?.[head];
  if (answer === undefined) {
    return state === "asking" ? "Looking …" : "Waiting …";
  }
  return inShort(answer);
}
