// @ts-check
/// <reference lib="dom" />
/** A number that the model estimates, on a scale. @module */

import { make } from "./elements.js";
import { plain, rounded } from "./words.js";

/** @typedef {import("./heads.js").Quantity} Quantity */

/** A scale reaches this many deviations to either side. */
const REACH = 4;

/**
 * A number on a scale, with its error, and a field for the right one.
 *
 * @param {string} name
 * @param {Quantity} now
 * @param {Quantity | undefined} before
 * @param {import("./answers.js").Teach} onTeach
 */
export function quantityParts(name, now, before, onTeach) {
  const unit = now.unit === undefined ? "" : ` ${now.unit}`;
  const value = rounded(now.value, now.deviation);
  const deviation = rounded(now.deviation, now.deviation);
  const parts = [
    make("p", { class: "value" }, `${value} ± ${deviation}${unit}`),
    scale(now, before),
  ];
  if (onTeach === undefined) return parts;
  const label = `Right number for ${plain(name)}${unit}`;
  return [...parts, numberForm(label, value, onTeach)];
}

/**
 * @param {string} label
 * @param {string} placeholder
 * @param {(value: number) => void} onTeach
 */
function numberForm(label, placeholder, onTeach) {
  const input = make("input", {
    type: "number",
    step: "any",
    required: "",
    "aria-label": label,
    placeholder,
  });
  const form = make(
    "form",
    { class: "number" },
    input,
    make("button", {}, "Teach this number"),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    onTeach(input.valueAsNumber);
  });
  return form;
}

/**
 * @param {Quantity} now
 * @param {Quantity | undefined} before
 */
function scale(now, before) {
  const values = [now.value, before?.value ?? now.value];
  const low = Math.min(...values) - REACH * now.deviation;
  const width = Math.max(...values) + REACH * now.deviation - low || 1;
  /** @param {number} value */
  const at = (value) => `${(value - low) / width * 100}%`;
  const band = make("span", { class: "band" });
  band.style.left = at(now.value - now.deviation);
  band.style.width = `${2 * now.deviation / width * 100}%`;
  const point = make("span", { class: "point" });
  point.style.left = at(now.value);
  const track = make(
    "span",
    { class: "track", "aria-hidden": "true" },
    band,
    point,
  );
  if (before !== undefined) {
    const mark = make("span", { class: "before" });
    mark.style.left = at(before.value);
    track.append(mark);
  }
  return track;
}
