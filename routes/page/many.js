// @ts-check
/// <reference lib="dom" />
/** Many images at once: a grid that is labelled by keyboard and taught as a whole. @module */

import { askWaiting } from "./asking.js";
import { hideSummary, teachLabelled } from "./batch.js";
import { chooser, focusChooser, matching } from "./chooser.js";
import { byId, make } from "./elements.js";
import {
  addTiles,
  allTiles,
  clearTiles,
  drawAll,
  headAsked,
  labelled,
} from "./grid.js";
import { choicesOf, kindOf } from "./heads.js";
import { pastVersion } from "./past.js";
import { rove } from "./roving.js";
import { newTile } from "./tiles.js";
import { runNext } from "./work.js";
import { plain } from "./words.js";

/**
 * @typedef {import("./tiles.js").Tile} Tile
 * @typedef {import("./server.js").Label} Label
 * @typedef {{ image: Blob, name: string }} Image
 */

const section = byId("many", HTMLElement);
const list = byId("tiles", HTMLUListElement);

/** @type {{ look(image: Image): void, goBack(version: number): void }} */
let others;

/**
 * Readies the grid.
 *
 * @param {typeof others} beside what the page does beside it
 */
export function openGrid(beside) {
  others = beside;
  rove(list, ".tile");
  byId("many-head", HTMLSelectElement).addEventListener("change", () => {
    closeChooser();
    drawAll();
  });
  byId("many-teach", HTMLButtonElement).addEventListener("click", teachAll);
  byId("many-close", HTMLButtonElement).addEventListener("click", close);
  section.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    teachAll();
  });
}

/**
 * Takes images in, beside those that are there.
 *
 * @param {readonly Image[]} images
 */
export function takeMany(images) {
  const added = images.map((image) => newTile(image, openChooser, clearLabel));
  addTiles(added);
  added[0]?.button.focus();
  return runNext(`Looking at ${allTiles().length} images …`, askWaiting);
}

function close() {
  clearTiles();
  hideSummary();
  byId("pick", HTMLButtonElement).focus();
}

function teachAll() {
  if (labelled().length === 0 || pastVersion() !== undefined) return;
  closeChooser();
  teachLabelled(others.goBack);
}

/**
 * @param {Tile} tile
 * @param {string} text
 */
function openChooser(tile, text) {
  closeChooser();
  const head = headAsked();
  const answer = tile.prediction?.[head];
  if (answer === undefined) return;
  const element = chooser({
    title: `Right ${plain(head)} of ${tile.name}`,
    text,
    choicesFor: (text) => choicesFor(answer, text),
    onChoose: (label) => setLabel(tile, head, label),
    onLook: () => others.look({ image: tile.image, name: tile.name }),
    onClose: () => {
      closeChooser();
      tile.button.focus();
    },
  });
  tile.button.setAttribute("aria-expanded", "true");
  tile.button.parentElement?.after(make("li", { class: "opened" }, element));
  focusChooser(element);
}

function closeChooser() {
  list.querySelector(".opened")?.remove();
  list.querySelector("[aria-expanded='true']")
    ?.setAttribute("aria-expanded", "false");
}

/**
 * @param {any} answer
 * @param {string} text
 */
function choicesFor(answer, text) {
  if (kindOf(answer) !== "number") return matching(choicesOf(answer), text);
  const value = text.trim() === "" ? NaN : Number(text.replace(",", "."));
  return Number.isFinite(value) ? [{ label: value }] : [];
}

/**
 * Notes a label, and goes on to the next image.
 *
 * @param {Tile} tile
 * @param {string} head
 * @param {Label} label
 */
function setLabel(tile, head, label) {
  tile.labels[head] = label;
  tile.result = undefined;
  closeChooser();
  drawAll();
  const rest = allTiles().slice(allTiles().indexOf(tile) + 1);
  const next = rest.find(({ state }) => state !== "unreadable");
  (next ?? tile).button.focus();
}

/** @param {Tile} tile */
function clearLabel(tile) {
  delete tile.labels[headAsked()];
  drawAll();
}
