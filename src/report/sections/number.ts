/** The answers of a head that estimates a quantity: predicted against true, and its interval. @module */

import { isKnown } from "../../heads/head.ts";
import { type Pair, scatterChart } from "../chart/scatter.ts";
import { type Proportion, proportion } from "../counts.ts";
import { formatCount, formatPercent, formatQuantity } from "../format.ts";
import { type Content, type Markup, markup } from "../markup.ts";
import { withUnit } from "../metrics.ts";
import { figure, table } from "../page.ts";
import type { HeadAnswers } from "../run.ts";

/** More dots than this hide each other. */
const MOST_DOTS = 1000;

/** Multiples of the standard deviation, and the share of a normal distribution within them. */
const INTERVALS = [[1, 0.6827], [2, 0.9545]] as const;

/** The share of truths that lie within an interval around the estimate. */
export interface Coverage {
  /** Half the interval's width, in multiples of the standard deviation. */
  readonly multiple: number;
  /** The share that a normal distribution has there. */
  readonly expected: number;
  readonly found: Proportion;
}

/** The standard deviation that a head answers with; undefined where it answers without. */
function deviationOf(
  { calibration }: Pick<HeadAnswers, "calibration">,
): number | undefined {
  return "deviation" in calibration ? calibration.deviation : undefined;
}

/** The coverage of the intervals that a head's answers state. */
export function coverageOf(
  answers: HeadAnswers,
  deviation: number,
): Coverage[] {
  const errors = pairsOf(answers).map(([truth, predicted]) =>
    Math.abs(predicted - truth)
  );
  return INTERVALS.map(([multiple, expected]) => ({
    multiple,
    expected,
    found: proportion(
      errors.filter((error) => error <= multiple * deviation).length,
      errors.length,
    ),
  }));
}

/** Predicted against true values, and how often the stated interval holds the truth. */
export function numberFigures(answers: HeadAnswers): Content {
  const pairs = pairsOf(answers);
  const deviation = deviationOf(answers);
  if (pairs.length === 0 || deviation === undefined) return undefined;
  return markup`<div class="charts">${scatter(answers, pairs, deviation)}<div>${
    coverageTable(answers, deviation)
  }</div></div>`;
}

/** True and predicted values of the labelled images. */
function pairsOf({ labels, calibrated }: HeadAnswers): Pair[] {
  return Array.from(
    labels,
    (label, n): Pair => [label, calibrated.predicted[n]!],
  ).filter(([label]) => isKnown(label));
}

function scatter(
  { head }: HeadAnswers,
  pairs: readonly Pair[],
  deviation: number,
): Markup {
  const every = Math.ceil(pairs.length / MOST_DOTS);
  const shown = pairs.filter((_, n) => n % every === 0);
  const fewer = every === 1
    ? ""
    : ` Shown are ${formatCount(shown.length)} of ${
      formatCount(pairs.length)
    } images.`;
  const reach = withUnit(head, formatQuantity(deviation));
  const unit = withUnit(head, "").trim();
  return figure(
    scatterChart({
      title: `Predicted against true ${head.name}`,
      description:
        `Predicted against true values of ${head.name} of ${shown.length} images; the band reaches ${reach} on either side of the truth.`,
      quantity: unit === "" ? head.name : `${head.name} (${unit})`,
      pairs: shown,
      reach: deviation,
      band: "within one standard deviation",
    }),
    `The band is the standard deviation that answers state, ± ${reach}.${fewer}`,
  );
}

function coverageTable(answers: HeadAnswers, deviation: number): Markup {
  return table(
    "How often the truth lies within the interval of an answer",
    ["Interval", "Expected", "Found", "95% interval"],
    coverageOf(answers, deviation).map(({ multiple, expected, found }) => [
      `± ${withUnit(answers.head, formatQuantity(multiple * deviation))}`,
      formatPercent(expected),
      formatPercent(found.share),
      `${formatPercent(found.low)} to ${formatPercent(found.high)}`,
    ]),
  );
}
