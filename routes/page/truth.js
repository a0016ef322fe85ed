// @ts-check
/// <reference lib="dom" />
/** A yes or no, as a switch. @module */

import { mark } from "./bars.js";
import { make } from "./elements.js";
import { percent, plain } from "./words.js";

/** @typedef {import("./heads.js").Binary} Binary */

/**
 * A track from no to yes with a knob at p(yes), and a button at either end that
 * teaches it.
 *
 * @param {string} name
 * @param {Binary} now
 * @param {Binary | undefined} before
 * @param {import("./answers.js").Teach} onTeach
 */
export function truthParts(name, now, before, onTeach) {
  const knob = make("span", { class: "knob" });
  knob.style.left = `${yesOf(now) * 100}%`;
  const track = make("span", { class: "track", "aria-hidden": "true" }, knob);
  if (before !== undefined) track.append(mark(yesOf(before)));
  return [
    make(
      "p",
      { class: "value" },
      `${plain(now.label)} `,
      make("span", { class: "share" }, percent(now.probability)),
    ),
    make(
      "div",
      { class: "switch", role: "group", "aria-label": plain(name) },
      end(false, now, onTeach),
      track,
      end(true, now, onTeach),
    ),
  ];
}

/** @param {Binary} answer */
function yesOf({ label, probability }) {
  return label ? probability : 1 - probability;
}

/**
 * @param {boolean} label
 * @param {Binary} now
 * @param {import("./answers.js").Teach} onTeach
 */
function end(label, now, onTeach) {
  const text = plain(label);
  if (onTeach === undefined) return make("span", {}, text);
  const element = make(
    "button",
    { type: "button", "aria-pressed": String(now.label === label) },
    text,
    make("span", { class: "unseen" }, ". Teach that this is right."),
  );
  element.addEventListener("click", () => onTeach(label));
  return element;
}
