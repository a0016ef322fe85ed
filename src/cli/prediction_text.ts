/** Predictions as text, JSON and CSV. @module */

import type { HeadAnswer } from "../heads/kinds.ts";
import { formatPercent, formatQuantity } from "../report/format.ts";
import type { Prediction } from "../service/answers.ts";

/** An image's path and its prediction. */
export interface Result extends Prediction {
  readonly image: string;
}

/** The value of `known` below which an image is reported as unfamiliar. */
const STRANGE = 0.01;

/** Results as one JSON object. */
export function jsonOf(results: readonly Result[]): string {
  const predictions = results.map(({ image, known, answers }) => ({
    image,
    known,
    ...answers,
  }));
  return JSON.stringify({ predictions });
}

/** Results as CSV: a row per image, and of each head its answer and how sure that is. */
export function csvOf(results: readonly Result[]): string {
  const [first] = results;
  const heads = Object.entries(first?.answers ?? {});
  const names = heads.flatMap(([name, answer]) => [
    name,
    `${name} ${"value" in answer ? "deviation" : "probability"}`,
  ]);
  const rows = results.map(({ image, known, answers }) => [
    image,
    ...heads.flatMap(([name]) => cellsOf(answers[name]!)),
    known ?? "",
  ]);
  return [["image", ...names, "known"], ...rows]
    .map((row) => row.map((cell) => quoted(String(cell))).join(","))
    .join("\n");
}

function cellsOf(answer: HeadAnswer): [string | number | boolean, number] {
  return "value" in answer
    ? [answer.value, answer.deviation]
    : [answer.label, answer.probability];
}

/** A cell of CSV (RFC 4180). */
function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** A result as lines to read. */
export function textOf({ image, known, answers }: Result): string {
  const entries = Object.entries(answers);
  const width = Math.max(...entries.map(([name]) => name.length));
  return [
    known !== null && known < STRANGE
      ? `${image}  (less familiar than the images the model was checked on)`
      : image,
    ...entries.map(([name, answer]) =>
      `  ${name.padEnd(width)}  ${answerText(answer)}`
    ),
  ].join("\n");
}

/** An answer of any kind: the likeliest classes, yes or no, or a quantity. */
function answerText(answer: HeadAnswer): string {
  if ("value" in answer) {
    const { value, deviation, unit = "" } = answer;
    return `${formatQuantity(value)} ± ${formatQuantity(deviation)} ${unit}`
      .trimEnd();
  }
  const guesses = "top" in answer ? answer.top : [answer];
  return guesses.map(({ label, probability }) =>
    `${label} ${formatPercent(probability)}`
  ).join(", ");
}
