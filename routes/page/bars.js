// @ts-check
/// <reference lib="dom" />
/** Bars of probabilities that move from before to after. @module */

import { make } from "./elements.js";
import { percent, plain } from "./words.js";

/**
 * An answer that a head may give, with its probability now, and before if it was
 * just changed.
 *
 * @typedef {{ label: string | boolean, now: number, before: number | undefined }} Bar
 */

/**
 * A bar that teaches its label when it is clicked, where anything can be taught.
 *
 * @param {Bar} bar
 * @param {boolean} first whether it is the head's answer
 * @param {((label: string | boolean) => void) | undefined} onTeach
 */
export function barRow({ label, now, before }, first, onTeach) {
  const fill = make("span", { class: "fill" });
  const track = make("span", { class: "track" }, fill);
  move(fill, before ?? 0, now);
  if (before !== undefined) track.append(mark(before));
  const parts = [
    make("span", { class: "name" }, plain(label)),
    make("span", { class: "share" }, percent(now)),
    track,
    make("span", { class: "unseen" }, spoken(before)),
  ];
  const kind = first ? "bar first" : "bar";
  if (onTeach === undefined) {
    return make("li", {}, make("div", { class: kind }, ...parts));
  }
  parts.push(make("span", { class: "unseen" }, ". Teach that this is right."));
  const row = make(
    "button",
    { type: "button", class: kind, title: `Teach: ${plain(label)}` },
    ...parts,
  );
  row.addEventListener("click", () => onTeach(label));
  return make("li", {}, row);
}

/** @param {number | undefined} before */
function spoken(before) {
  return before === undefined ? "" : `, before ${percent(before)}`;
}

/**
 * Marks where a bar was.
 *
 * @param {number} before
 */
export function mark(before) {
  const element = make("span", { class: "before" });
  element.style.left = `${before * 100}%`;
  return element;
}

/**
 * Lets a bar grow or shrink.
 *
 * @param {HTMLElement} fill
 * @param {number} from
 * @param {number} to
 */
export function move(fill, from, to) {
  fill.style.transform = `scaleX(${from})`;
  requestAnimationFrame(() =>
    requestAnimationFrame(() => fill.style.transform = `scaleX(${to})`)
  );
}
