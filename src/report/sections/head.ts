/** Everything about the answers of one head to held-out images. @module */

import { type HeadSpec, kindOf } from "../../heads/kinds.ts";
import { capitalized, formatMany } from "../format.ts";
import { type Content, markup } from "../markup.ts";
import { formatMetric } from "../metrics.ts";
import { type Section, table } from "../page.ts";
import {
  answersOf,
  type HeadAnswers,
  type JudgedSet,
  type RunReport,
} from "../run.ts";
import { binaryFigures } from "./binary.ts";
import { breakdownBy, breakdownFigure } from "./breakdown.ts";
import { classesFigures } from "./classes.ts";
import { numberFigures } from "./number.ts";

/** Charts that only one kind of head has; a kind without any is shown by its metrics. */
const FIGURES: {
  readonly [Kind in HeadSpec["kind"]]?: (answers: HeadAnswers) => Content;
} = {
  classes: classesFigures,
  binary: binaryFigures,
  number: numberFigures,
};

/** A section for each head. */
export function headSections(
  { calibration }: RunReport,
  { name, evaluation }: JudgedSet,
): Section[] {
  return answersOf(evaluation, calibration).map((answers, h) => ({
    id: `head-${h + 1}`,
    heading: `Head: ${answers.head.name}`,
    content: answers.calibrated.metrics.images === 0
      ? markup`<p>None of the ${name} images has a label of this head.</p>`
      : [
        measured(answers, name),
        FIGURES[answers.head.kind]?.(answers),
        breakdownFigure(breakdownBy(evaluation, answers.head)),
      ],
  }));
}

function measured({ head, calibrated }: HeadAnswers, set: string): Content {
  const { metrics } = calibrated;
  const styles = kindOf(head).metrics;
  return [
    markup`<p>Measured on ${formatMany(metrics.images, `${set} image`)}.</p>`,
    table(
      `Metrics of ${head.name}`,
      ["Head", ...styles.map(({ title }) => capitalized(title))],
      [[
        head.name,
        ...styles.map((metric) => formatMetric(head, metric, metrics)),
      ]],
    ),
  ];
}
