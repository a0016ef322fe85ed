// @ts-check
/// <reference lib="dom" />
/** The images of the grid, and how they are drawn. @module */

import { byId, make } from "./elements.js";
import { choicesOf, headsOf } from "./heads.js";
import { pastVersion } from "./past.js";
import { drawTile, freeTile } from "./tiles.js";
import { plain } from "./words.js";

/** @typedef {import("./tiles.js").Tile} Tile */

const section = byId("many", HTMLElement);
const list = byId("tiles", HTMLUListElement);
const question = byId("many-head", HTMLSelectElement);
const teachButton = byId("many-teach", HTMLButtonElement);

/** @type {Tile[]} */
let tiles = [];

/** The images of the grid, in their order. */
export function allTiles() {
  return tiles;
}

/**
 * Adds images to the grid.
 *
 * @param {readonly Tile[]} added
 */
export function addTiles(added) {
  tiles = [...tiles, ...added];
  list.append(...added.map(({ button }) => make("li", {}, button)));
  section.hidden = false;
  drawAll();
}

/** Closes the grid. */
export function clearTiles() {
  tiles.forEach(freeTile);
  tiles = [];
  list.replaceChildren();
  section.hidden = true;
}

/** The head that is labelled now. */
export function headAsked() {
  return question.value;
}

/** The images that have labels to teach. */
export function labelled() {
  return tiles.filter(({ state, labels }) =>
    state === "known" && Object.keys(labels).length > 0
  );
}

/** Draws every image and the button that teaches them. */
export function drawAll() {
  for (const tile of tiles) drawTile(tile, question.value);
  if (tiles.every(({ button }) => button.tabIndex < 0)) {
    tiles[0]?.button.setAttribute("tabindex", "0");
  }
  const count = labelled().length;
  teachButton.disabled = count === 0 || pastVersion() !== undefined;
  teachButton.textContent = count === 1
    ? "Teach 1 image"
    : `Teach ${count} images`;
  byId("many-title", HTMLElement).textContent = `${tiles.length} images`;
}

/**
 * Puts images into a state.
 *
 * @param {readonly Tile[]} some
 * @param {Tile["state"]} state
 */
export function settle(some, state) {
  for (const tile of some) tile.state = state;
  drawAll();
}

/** Offers the heads to choose from; at first that of the most answers. */
export function offerHeads() {
  const said = tiles.find(({ prediction }) => prediction !== undefined);
  const answers = headsOf(said?.prediction ?? { id: "", known: null });
  if (question.options.length === answers.length) return;
  question.replaceChildren(
    ...answers.map(([name]) => make("option", { value: name }, plain(name))),
  );
  const [widest] = answers.toSorted(([, a], [, b]) =>
    choicesOf(b).length - choicesOf(a).length
  );
  question.value = widest?.[0] ?? "";
}
