// @ts-check
/// <reference lib="dom" />
/** What every head says of the image, each kind of head in its own way. @module */

import { barRow } from "./bars.js";
import { button, make } from "./elements.js";
import { headsOf, kindOf } from "./heads.js";
import { quantityParts } from "./quantity.js";
import { truthParts } from "./truth.js";
import { plain } from "./words.js";

/**
 * @typedef {import("./server.js").Prediction} Prediction
 * @typedef {import("./server.js").Label} Label
 * @typedef {import("./bars.js").Bar} Bar
 * @typedef {import("./heads.js").Classes} Classes
 *
 * What a visitor may do about an answer.
 * @typedef {{
 *   teach(head: string, label: Label): void,
 *   addClass(head: string, name: string): void,
 * }} Lessons
 *
 * Teaches a label; undefined where nothing can be taught.
 * @typedef {((label: Label) => void) | undefined} Teach
 */

/** Bars that are shown before anything is searched for. */
const SHOWN = 5;

/**
 * Shows all heads of a prediction.
 *
 * @param {Prediction} now
 * @param {Prediction | undefined} before what the bars are compared with
 * @param {Lessons | undefined} lessons undefined where nothing can be taught
 */
export function headSections(now, before, lessons) {
  return headsOf(now).map(([name, answer]) =>
    make(
      "section",
      { class: "head", "aria-label": plain(name) },
      make("h3", {}, plain(name)),
      ...partsOf(name, answer, before?.[name], lessons),
    )
  );
}

/**
 * @param {string} name
 * @param {any} now
 * @param {any} before
 * @param {Lessons | undefined} lessons
 */
function partsOf(name, now, before, lessons) {
  const onTeach = lessons &&
    ((/** @type {Label} */ label) => lessons.teach(name, label));
  switch (kindOf(now)) {
    case "number":
      return quantityParts(name, now, before, onTeach);
    case "binary":
      return truthParts(name, now, before, onTeach);
    case "classes": {
      const onNew = lessons &&
        ((/** @type {string} */ label) => lessons.addClass(name, label));
      return classesParts(name, now, before, onTeach, onNew);
    }
  }
}

/**
 * @param {string} name
 * @param {readonly Bar[]} bars
 * @param {Label} answer
 * @param {Teach} onTeach
 */
function barList(name, bars, answer, onTeach) {
  const list = make("ol", { class: "bars", "aria-label": plain(name) });
  fillList(list, bars, answer, onTeach);
  return list;
}

/**
 * @param {HTMLElement} list
 * @param {readonly Bar[]} bars
 * @param {Label} answer the head's own
 * @param {Teach} onTeach
 */
function fillList(list, bars, answer, onTeach) {
  list.replaceChildren(
    ...bars.map((bar) => barRow(bar, bar.label === answer, onTeach)),
  );
}

/**
 * The likeliest classes, and a search among all of them.
 *
 * @param {string} name
 * @param {Classes} now
 * @param {Classes | undefined} before
 * @param {Teach} onTeach
 * @param {((label: string) => void) | undefined} onNew
 */
function classesParts(name, now, before, onTeach, onNew) {
  const earlier = new Map(
    before?.top.map(({ label, probability }) => [label, probability]),
  );
  const all = now.top.map(({ label, probability }) => ({
    label,
    now: probability,
    before: earlier.get(label),
  }));
  /** @param {readonly Bar[]} bars */
  const fill = (bars) => fillList(list, bars, now.label, onTeach);
  const list = barList(name, all.slice(0, SHOWN), now.label, onTeach);
  if (all.length <= SHOWN) return [list];
  return [list, searchOf(name, all, list, fill, onNew)];
}

/**
 * A field that filters the list, and leads from what is not in it to a new class.
 *
 * @param {string} name
 * @param {readonly (Bar & { label: string })[]} all
 * @param {HTMLElement} list
 * @param {(bars: readonly Bar[]) => void} fill
 * @param {((label: string) => void) | undefined} onNew
 */
function searchOf(name, all, list, fill, onNew) {
  const found = make("span", { class: "unseen", role: "status" });
  const input = make("input", {
    type: "search",
    placeholder: `Search all ${all.length} answers`,
    "aria-label": `Search all ${all.length} answers for ${plain(name)}`,
    autocomplete: "off",
    spellcheck: "false",
  });
  input.addEventListener("input", () => {
    const wanted = plain(input.value.trim().toLowerCase());
    const bars = all.filter(({ label }) =>
      plain(label).toLowerCase().includes(wanted)
    );
    if (wanted === "") fill(all.slice(0, SHOWN));
    else if (bars.length > 0) fill(bars);
    else list.replaceChildren(nothingFound(input.value.trim(), onNew));
    found.textContent = wanted === "" ? "" : `${bars.length} found`;
  });
  return make("div", { class: "search" }, input, found);
}

/**
 * @param {string} label
 * @param {((label: string) => void) | undefined} onNew
 */
function nothingFound(label, onNew) {
  const item = make("li", { class: "quiet" }, "None is called that. ");
  if (onNew !== undefined) {
    item.append(button(`Teach it ${label} …`, () => onNew(label)));
  }
  return item;
}
