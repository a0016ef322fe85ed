// @ts-check
/// <reference lib="dom" />
/** What came of teaching, in words. @module */

import { button, make } from "./elements.js";
import { guardInWords, percent, plain } from "./words.js";

/**
 * @typedef {import("./server.js").FinetuneAnswer} FinetuneAnswer
 * @typedef {import("./server.js").Label} Label
 */

/**
 * Shows whether a label was learned, what that did, and how to take it back.
 *
 * @param {HTMLElement} panel
 * @param {FinetuneAnswer} answer
 * @param {{ head: string, label: Label }} taught
 * @param {() => void} onUndo
 */
export function showOutcome(panel, answer, { head, label }, onUndo) {
  const { accepted, version, guard } = answer;
  const changed = accepted && version.after !== version.before;
  /** @type {HTMLElement[]} */
  const parts = accepted
    ? acceptedParts(answer, head, label)
    : refusedParts(answer, label);
  const seen = guardInWords(guard);
  if (seen !== "") parts.push(make("p", { class: "quiet" }, seen));
  if (changed) parts.push(button("Undo", onUndo, { id: "undo" }));
  panel.className = accepted ? "note good" : "note refused";
  panel.replaceChildren(...parts);
  panel.hidden = false;
  panel.focus({ preventScroll: true });
}

/**
 * Says that the model is an old version again.
 *
 * @param {HTMLElement} panel
 * @param {number} version
 * @param {number} now the number that it has now
 */
export function showReturn(panel, version, now) {
  panel.className = "note good";
  panel.replaceChildren(
    heading(`Back to version ${version}`),
    make("p", {}, `It is served again, as version ${now}.`),
  );
  panel.hidden = false;
  panel.focus({ preventScroll: true });
}

/**
 * @param {FinetuneAnswer} answer
 * @param {string} head
 * @param {Label} label
 */
function acceptedParts({ examples, version, reason, loss }, head, label) {
  if (version.after === version.before) {
    return [
      heading(`Nothing to learn: ${plain(label)}`),
      make("p", {}, reason ?? "The model is as sure of it as it should be."),
    ];
  }
  const standing = /** @type {any} */ (examples[0]?.[head]);
  const { before, after } = standing.probability;
  return [
    heading(`Learned: ${plain(label)}`),
    make(
      "p",
      {},
      `From ${percent(before)} to ${
        percent(after)
      }, in version ${version.after}. ` +
        `Loss ${loss.before.toFixed(2)} → ${loss.after.toFixed(2)}.`,
    ),
  ];
}

/**
 * @param {FinetuneAnswer} answer
 * @param {Label} label
 */
function refusedParts({ reason, examples }, label) {
  const why = examples.map((example) => example.reason).filter((each) =>
    typeof each === "string" && each !== reason
  );
  return [
    heading(`Not learned: ${plain(label)}`),
    make("p", {}, [reason, ...why].map(sentence).join(" ")),
    make("p", {}, "Nothing was changed."),
  ];
}

/** @param {unknown} text */
function sentence(text) {
  return `${text ?? "It would have made other answers worse"}`.replace(
    /[^.]$/,
    "$&.",
  );
}

/** @param {string} text */
function heading(text) {
  return make("h3", {}, text);
}
