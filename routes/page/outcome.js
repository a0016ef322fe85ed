// @ts-check
/// <reference lib="dom" />
/** What came of teaching, in words. @module */

import { button, make } from "./elements.js";
import { guardInWords, percent, plain } from "./words.js";

/**
 * @typedef {import("./server.js").FinetuneAnswer} FinetuneAnswer
 * @typedef {import("./server.js").Label} Label
 * @typedef {Parameters<typeof guardInWords>[0]} Guard
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
    : refusedParts(answer, head, label);
  parts.push(...guardParts(guard));
  if (changed) parts.push(button("Undo", onUndo, { id: "undo" }));
  fill(panel, accepted, parts);
}

/**
 * Shows what became of many images that were taught together.
 *
 * @param {HTMLElement} panel
 * @param {readonly FinetuneAnswer[]} answers to the requests that it took, one at least
 * @param {number} wanted how many images there were
 * @param {() => void} onUndo
 */
export function showSummary(panel, answers, wanted, onUndo) {
  const learned = answers.filter(({ accepted }) => accepted)
    .flatMap(({ examples }) => examples).filter(({ used }) => used).length;
  const [first, last] = [answers[0], answers.at(-1)];
  const changed = first?.version.before !== last?.version.after;
  const reasons = answers.filter(({ accepted }) => !accepted)
    .map(({ reason }) => sentence(reason));
  /** @type {HTMLElement[]} */
  const parts = [
    heading(
      learned > 0 && !changed
        ? "Nothing to learn: the model is as sure of these labels as it should be"
        : `Learned: ${learned} of ${wanted} images`,
    ),
  ];
  const version = changed ? [`In version ${last?.version.after}.`] : [];
  const text = [...version, ...new Set(reasons)].join(" ");
  if (text !== "") parts.push(make("p", {}, text));
  parts.push(...guardParts(last?.guard ?? null));
  if (changed) parts.push(button("Undo all", onUndo, { id: "undo-all" }));
  fill(panel, learned > 0, parts);
}

/**
 * Shows that there is a new class.
 *
 * @param {HTMLElement} panel
 * @param {{ head: string, label: string, shots: number }} what
 * @param {{ version: number, guard: Guard }} made the version that knows it
 * @param {() => void} onUndo
 */
export function showNewClass(panel, { head, label, shots }, made, onUndo) {
  const images = shots === 1 ? "1 image" : `${shots} images`;
  fill(panel, true, [
    heading(`New: ${named(head, label)}`),
    make("p", {}, `Learned from ${images}, in version ${made.version}.`),
    ...guardParts(made.guard),
    button("Undo", onUndo, { id: "undo" }),
  ]);
}

/** @param {Guard} guard */
function guardParts(guard) {
  const seen = guardInWords(guard);
  return seen === "" ? [] : [make("p", { class: "quiet" }, seen)];
}

/**
 * @param {HTMLElement} panel
 * @param {boolean} good
 * @param {readonly HTMLElement[]} parts
 */
function fill(panel, good, parts) {
  panel.className = good ? "note good" : "note refused";
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
  fill(panel, true, [
    heading(`Back to version ${version}`),
    make("p", {}, `It is served again, as version ${now}.`),
  ]);
}

/**
 * @param {FinetuneAnswer} answer
 * @param {string} head
 * @param {Label} label
 */
function acceptedParts({ examples, version, reason, loss }, head, label) {
  if (version.after === version.before) {
    return [
      heading(`Nothing to learn: ${named(head, label)}`),
      make("p", {}, reason ?? "The model is as sure of it as it should be."),
    ];
  }
  const standing = /** @type {any} */ (examples[0]?.[head]);
  const { before, after } = standing.probability;
  const change = typeof label === "number" // of one, no probability is shown elsewhere
    ? ""
    : `From ${percent(before)} to ${percent(after)}. `;
  return [
    heading(`Learned: ${named(head, label)}`),
    make("p", {}, `${change}In version ${version.after}. ${lossInWords(loss)}`),
  ];
}

/** @param {import("./words.js").BeforeAfter} loss */
function lossInWords({ before, after }) {
  return `Loss ${before.toFixed(2)} → ${after.toFixed(2)}.`;
}

/**
 * @param {FinetuneAnswer} answer
 * @param {string} head
 * @param {Label} label
 */
function refusedParts({ reason, examples }, head, label) {
  const why = examples.map((example) => example.reason).filter((each) =>
    typeof each === "string" && each !== reason
  );
  return [
    heading(`Not learned: ${named(head, label)}`),
    make("p", {}, [reason, ...why].map(sentence).join(" ")),
    make("p", {}, "Nothing was changed."),
  ];
}

/**
 * @param {string} head
 * @param {Label} label
 */
function named(head, label) {
  return `${plain(label)} (${plain(head)})`;
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
