/** The answers of a head that tells classes apart: confusions, recall, precision. @module */

import { kindOf } from "../../heads/kinds.ts";
import { barChart, shareBar } from "../chart/bars.ts";
import { matrixChart } from "../chart/matrix.ts";
import { ticksFor } from "../chart/scale.ts";
import {
  type ConfusedPair,
  confusedPairs,
  type Confusion,
  countConfusion,
  countOf,
  missesOf,
  proportion,
} from "../counts.ts";
import { formatCount, formatPercent } from "../format.ts";
import { type Content, type Markup, markup } from "../markup.ts";
import { figure, folded, table, wideFigure } from "../page.ts";
import type { HeadAnswers } from "../run.ts";

/** More classes than this do not fit a chart; those with most mistakes are shown. */
const MOST_CLASSES = 40;
const MOST_PAIRS = 12;

/** A head's answers and the names of the classes it tells apart. */
interface Answers {
  readonly head: string;
  readonly names: readonly string[];
  readonly confusion: Confusion;
}

/** The confusion matrix, the recall of each class, and the most frequent mistakes. */
export function classesFigures(answers: HeadAnswers): Content {
  const counted = countAnswers(answers);
  return [
    matrixFigure(counted),
    markup`<div class="charts">${recallFigure(counted)}<div>${
      mistakenPairs(counted)
    }</div></div>`,
  ];
}

/** The confusion matrix alone. */
export function confusionFigure(answers: HeadAnswers): Markup {
  return matrixFigure(countAnswers(answers));
}

function countAnswers({ head, labels, calibrated }: HeadAnswers): Answers {
  const names = kindOf(head).groups(head);
  const { predicted } = calibrated;
  const confusion = countConfusion(labels, predicted, names.length);
  return { head: head.name, names, confusion };
}

function matrixFigure(answers: Answers): Markup {
  const { names } = answers;
  const shown = shownClasses(answers.confusion);
  const fewer = shown.length === names.length
    ? ""
    : ` Shown are the ${shown.length} of ${names.length} classes with most mistakes.`;
  return wideFigure(
    `Confusion matrix of the ${answers.head} head`,
    matrix(answers, shown),
    `Rows are what an image shows, columns what the model said; a shade is a share of its row. Right answers are blue, mistakes are orange.${fewer}`,
  );
}

/** Classes worth a row, in the order of their labels. */
function shownClasses(confusion: Confusion): number[] {
  const order = Array.from({ length: confusion.classes }, (_, c) => c);
  if (order.length <= MOST_CLASSES) return order;
  return order
    .sort((a, b) => missesOf(confusion, b) - missesOf(confusion, a) || a - b)
    .slice(0, MOST_CLASSES)
    .sort((a, b) => a - b);
}

function matrix(
  { head, names, confusion }: Answers,
  shown: readonly number[],
): Markup {
  const whole = shown.length === confusion.classes;
  const counts = shown.flatMap((truth) => {
    const row = shown.map((answer) => countOf(confusion, truth, answer));
    const inside = row.reduce((sum, count) => sum + count, 0);
    return whole ? row : [...row, confusion.truths[truth]! - inside];
  });
  const rows = shown.map((c) => names[c]!);
  return matrixChart({
    title: `Confusion matrix of the ${head} head`,
    description: describe(names, confusion),
    rows,
    columns: whole ? rows : [...rows, "(any other)"],
    counts,
    totals: shown.map((truth) => confusion.truths[truth]!),
  });
}

function describe(names: readonly string[], confusion: Confusion): string {
  const mistakes = names.reduce((sum, _, c) => sum + missesOf(confusion, c), 0);
  const [worst] = confusedPairs(confusion);
  if (worst === undefined) return "Every image was called by its name.";
  return `${mistakes} mistakes. The most frequent: ${
    names[worst.truth]
  } called ${names[worst.prediction]}, ${worst.count} times.`;
}

/** The most frequent mistakes, and the rest to unfold. */
function mistakenPairs({ head, names, confusion }: Answers): Content {
  const all = confusedPairs(confusion);
  if (all.length === 0) return markup`<p>There were no mistakes.</p>`;
  const row = ({ truth, prediction, count }: ConfusedPair): Content[] => [
    names[truth],
    names[prediction],
    count,
    formatPercent(count / confusion.truths[truth]!),
  ];
  const rows = all.map(row);
  const headings = ["Shows", "Called", "Images", "Of all it shows"];
  const pairs = (caption: string, part: Content[][]) =>
    table(caption, headings, part, 2);
  const rest = rows.slice(MOST_PAIRS);
  return [
    pairs(`The most frequent mistakes of ${head}`, rows.slice(0, MOST_PAIRS)),
    rest.length > 0 &&
    folded(
      `${formatCount(rest.length)} more`,
      pairs(`The other mistakes of ${head}`, rest),
    ),
  ];
}

/** The share of each class that was found. */
function recallFigure(answers: Answers): Markup {
  return figure(
    recallChart(answers),
    "Whiskers are 95% intervals: with few images of a class, its recall is known roughly.",
    recallTable(answers),
  );
}

function recallChart({ head, names, confusion }: Answers): Markup {
  return barChart({
    title: `Recall of each class of ${head}`,
    description:
      `Share of the images of each class of ${head} that were called by its name, with 95% intervals.`,
    value: "Share of its images called right",
    row: head,
    groups: ["recall"],
    rows: shownClasses(confusion).map((c) => ({
      name: names[c]!,
      bars: [
        shareBar(proportion(countOf(confusion, c, c), confusion.truths[c]!)),
      ],
    })),
    ticks: ticksFor(0, 1, 5, { low: 0, high: 1 }),
    format: (value) => formatPercent(value, 0),
  });
}

function recallTable({ head, names, confusion }: Answers): Markup {
  const share = (right: number, of: number) =>
    of === 0 ? "–" : formatPercent(right / of);
  const rows = names.map((name, c) => {
    const right = countOf(confusion, c, c);
    const { [c]: truths } = confusion.truths;
    const { [c]: predictions } = confusion.predictions;
    return [name, truths!, share(right, truths!), share(right, predictions!)];
  });
  return table(
    `Each class of ${head}`,
    ["Name", "Images", "Recall", "Precision"],
    rows,
  );
}
