// @ts-check
/** The answers in a prediction, head by head, whatever their kinds. @module */

import { percent, plain, rounded } from "./words.js";

/**
 * @typedef {import("./server.js").Prediction} Prediction
 * @typedef {import("./server.js").Label} Label
 * @typedef {"classes" | "binary" | "number"} Kind
 * @typedef {{ label: string, probability: number, top: readonly { label: string, probability: number }[] }} Classes
 * @typedef {{ label: boolean, probability: number }} Binary
 * @typedef {{ value: number, deviation: number, unit?: string }} Quantity
 * @typedef {{ label: string | boolean, share: number }} Choice
 */

/** Fields of a prediction that are no heads. */
const OTHERS = ["id", "known"];

/**
 * The heads' names and their answers.
 *
 * @param {Prediction} prediction
 * @returns {[string, any][]}
 */
export function headsOf(prediction) {
  return Object.entries(prediction).filter(([name]) => !OTHERS.includes(name));
}

/**
 * The kind of the head that gave an answer.
 *
 * @param {object} answer
 * @returns {Kind}
 */
export function kindOf(answer) {
  if ("top" in answer) return "classes";
  return "deviation" in answer ? "number" : "binary";
}

/**
 * The kind of a head as training is told of it, such as `number:cm`.
 *
 * @param {any} answer
 */
export function declarationOf(answer) {
  const kind = kindOf(answer);
  const { unit } = answer;
  // A unit that a shell would read otherwise is left out.
  return unit !== undefined && /^[\w%°²³./]+$/.test(unit)
    ? `${kind}:${unit}`
    : kind;
}

/**
 * The labels that a head may give with their probabilities, likeliest first; none of
 * a number.
 *
 * @param {any} answer
 * @returns {Choice[]}
 */
export function choicesOf(answer) {
  switch (kindOf(answer)) {
    case "number":
      return [];
    case "binary":
      return [answer.label, !answer.label].map((label, i) => ({
        label,
        share: i === 0 ? answer.probability : 1 - answer.probability,
      }));
    case "classes": {
      const { top } = /** @type {Classes} */ (answer);
      return top.map(({ label, probability }) => ({
        label,
        share: probability,
      }));
    }
  }
}

/**
 * An answer in a few words, such as `mug 88.0 %`.
 *
 * @param {any} answer
 */
export function inShort(answer) {
  if (kindOf(answer) !== "number") {
    return `${plain(answer.label)} ${percent(answer.probability)}`;
  }
  const { value, deviation, unit } = /** @type {Quantity} */ (answer);
  const figures = `${rounded(value, deviation)} ± ${
    rounded(deviation, deviation)
  }`;
  return unit === undefined ? figures : `${figures} ${unit}`;
}
