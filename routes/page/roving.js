// @ts-check
/// <reference lib="dom" />
/**
 * Arrows that lead from tile to tile, of which Tab reaches one.
 *
 * Source: W3C, ARIA Authoring Practices Guide, "Managing Focus Within Components
 * Using a Roving tabindex".
 *
 * @module
 */

/**
 * Lets arrows, Home and End move the focus among the tiles of a grid.
 *
 * @param {HTMLElement} grid its layout tells how many stand side by side
 * @param {string} tiles a selector
 */
export function rove(grid, tiles) {
  /** @returns {HTMLElement[]} */
  const all = () => [...grid.querySelectorAll(tiles)].filter(isElement);
  grid.addEventListener("keydown", (event) => {
    const { target, key, ctrlKey, altKey, metaKey } = event;
    if (ctrlKey || altKey || metaKey) return;
    const places = all();
    const from = places.findIndex((tile) => tile === target);
    const to = from < 0 ? undefined : landing(key, from, columnsOf(grid));
    if (to === undefined) return;
    event.preventDefault();
    places.at(Math.min(to, places.length - 1))?.focus();
  });
  grid.addEventListener("focusin", ({ target }) => {
    if (!(target instanceof HTMLElement) || !target.matches(tiles)) return;
    for (const tile of all()) tile.tabIndex = tile === target ? 0 : -1;
  });
}

/**
 * The place that a key leads to from another; undefined where it leads nowhere.
 *
 * @param {string} key
 * @param {number} from
 * @param {number} columns
 */
function landing(key, from, columns) {
  switch (key) {
    case "ArrowRight":
      return from + 1;
    case "ArrowLeft":
      return Math.max(0, from - 1);
    case "ArrowDown":
      return from + columns;
    case "ArrowUp":
      return from < columns ? from : from - columns;
    case "Home":
      return 0;
    case "End":
      return Infinity;
  }
}

/** @param {HTMLElement} grid */
function columnsOf(grid) {
  return getComputedStyle(grid).gridTemplateColumns.split(" ").length;
}

/**
 * @param {Element} element
 * @returns {element is HTMLElement}
 */
function isElement(element) {
  return element instanceof HTMLElement;
}
