// @ts-check
/// <reference lib="dom" />
/** What every head says of the image, each kind of head in its own way. @module */

import { barRow } from "./bars.js";
import { make } from "./elements.js";
import { plain, rounded } from "./words.js";

/**
 * @typedef {import("./server.js").Prediction} Prediction
 * @typedef {import("./server.js").Label} Label
 * @typedef {import("./bars.js").Bar} Bar
 * @typedef {{ label: string, probability: number, top: readonly { label: string, probability: number }[] }} Classes
 * @typedef {{ label: boolean, probability: number }} Binary
 * @typedef {{ value: number, deviation: number, unit?: string }} Quantity
 * @typedef {(label: Label) => void} Teach
 */

/** Fields of a prediction that are no heads. */
const OTHERS = ["id", "known"];
/** Bars that are shown before anything is searched for. */
const SHOWN = 5;
/** A scale reaches this many deviations to either side. */
const REACH = 4;

/**
 * What each head says in a prediction, by its name.
 *
 * @param {Prediction} prediction
 */
export function headsOf(prediction) {
  return Object.entries(prediction).filter(([name]) => !OTHERS.includes(name));
}

/**
 * Shows all heads of a prediction.
 *
 * @param {Prediction} now
 * @param {Prediction | undefined} before what the model said until just now
 * @param {(head: string, label: Label) => void} onTeach
 */
export function headSections(now, before, onTeach) {
  return headsOf(now).map(([name, answer]) =>
    make(
      "section",
      { class: "head", "aria-label": plain(name) },
      make("h3", {}, plain(name)),
      ...partsOf(
        name,
        answer,
        before?.[name],
        (label) => onTeach(name, label),
      ),
    )
  );
}

/**
 * @param {string} name
 * @param {any} now
 * @param {any} before
 * @param {Teach} onTeach
 */
function partsOf(name, now, before, onTeach) {
  if ("top" in now) return classesParts(name, now, before, onTeach);
  if ("deviation" in now) return quantityParts(name, now, before, onTeach);
  return [barList(name, binaryBars(now, before), now.label, onTeach)];
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
 * @param {Binary} now
 * @param {Binary | undefined} before
 * @returns {Bar[]}
 */
function binaryBars(now, before) {
  /** @param {Binary} answer @param {boolean} label */
  const of = (answer, label) =>
    answer.label === label ? answer.probability : 1 - answer.probability;
  return [true, false].map((label) => ({
    label,
    now: of(now, label),
    before: before && of(before, label),
  }));
}

/**
 * The likeliest classes, and a search among all of them.
 *
 * @param {string} name
 * @param {Classes} now
 * @param {Classes | undefined} before
 * @param {Teach} onTeach
 */
function classesParts(name, now, before, onTeach) {
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
  return all.length <= SHOWN ? [list] : [list, searchOf(name, all, list, fill)];
}

/**
 * A field that filters the list.
 *
 * @param {string} name
 * @param {readonly (Bar & { label: string })[]} all
 * @param {HTMLElement} list
 * @param {(bars: readonly Bar[]) => void} fill
 */
function searchOf(name, all, list, fill) {
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
    else {
      list.replaceChildren(
        make("li", { class: "quiet" }, "None of its answers is called that."),
      );
    }
    found.textContent = wanted === "" ? "" : `${bars.length} found`;
  });
  return make("div", { class: "search" }, input, found);
}

/**
 * A number on a scale, with its error, and a field for the right one.
 *
 * @param {string} name
 * @param {Quantity} now
 * @param {Quantity | undefined} before
 * @param {Teach} onTeach
 */
function quantityParts(name, now, before, onTeach) {
  const unit = now.unit === undefined ? "" : ` ${now.unit}`;
  const value = rounded(now.value, now.deviation);
  const deviation = rounded(now.deviation, now.deviation);
  const input = make("input", {
    type: "number",
    step: "any",
    required: "",
    "aria-label": `Right number for ${plain(name)}${unit}`,
    placeholder: value,
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
  return [
    make("p", { class: "value" }, `${value} ± ${deviation}${unit}`),
    scale(now, before),
    form,
  ];
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
