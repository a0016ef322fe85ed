/** The metrics of a model card: a table for each kind of head, and the breakdowns. @module */

import { kindOf } from "../heads/kinds.ts";
import { capitalized, formatCount, formatPercent } from "./format.ts";
import { escapeMarkdown, markdownTable } from "./markdown.ts";
import { formatMetric, rightAnswers } from "./metrics.ts";
import {
  answersOf,
  calibrationSet,
  type HeadAnswers,
  type JudgedSet,
  type RunReport,
} from "./run.ts";
import {
  breakdownBy,
  breakdownTable,
  MOST_LISTED,
} from "./sections/breakdown.ts";
import { coverageOf } from "./sections/number.ts";

/** The metrics that the model reached on a set of images. */
export function cardMetrics(run: RunReport, judged: JudgedSet): string {
  const { evaluation } = judged;
  const answers = answersOf(evaluation, run.calibration).filter(
    ({ calibrated }) => calibrated.metrics.images > 0,
  );
  const kinds = Map.groupBy(answers, ({ head }) => head.kind);
  const breakdowns = evaluation.heads
    .map((head) => breakdownBy(evaluation, head))
    .filter(({ groups }) => groups.length > 1 && groups.length <= MOST_LISTED)
    .map(breakdownTable);
  return [
    subject(run, judged),
    ...Array.from(kinds.values(), kindTable),
    ...breakdowns.map(({ headings, rows }) =>
      markdownTable(headings.map(escapeMarkdown), rows)
    ),
    ...explanations(run, judged, answers),
  ].join("\n\n");
}

function subject(
  { plan: { folds } }: RunReport,
  { set, name, evaluation }: JudgedSet,
): string {
  const images = formatCount(evaluation.metrics.images);
  return set === "crossValidation"
    ? `On ${images} images, each shown to one of ${folds} models that were trained in the same way, the one that had seen neither it nor its neighbours:`
    : `On the ${images} ${name} images:`;
}

/** The heads of one kind, which have the same metrics. */
function kindTable(answers: readonly HeadAnswers[]): string {
  const rows = answers.map(cells);
  return markdownTable(
    rows[0]!.map(([heading]) => capitalized(heading)),
    rows.map((row) => row.map(([, text]) => text)),
  );
}

/** A heading and the text under it. */
type Cell = readonly [heading: string, text: string];

/** All metrics of one head. */
function cells(answers: HeadAnswers): Cell[] {
  const { head, calibrated: { metrics } } = answers;
  const [main, ...others] = kindOf(head).metrics;
  const right = rightAnswers(head, metrics);
  const interval = right &&
    `${formatPercent(right.low)} to ${formatPercent(right.high)}`;
  return [
    ["Head", head.name],
    ["Images", formatCount(metrics.images)],
    [main!.title, formatMetric(head, main!, metrics)],
    ...(interval === undefined ? [] : [["95% interval", interval] as const]),
    ...others.map(
      (metric): Cell => [metric.title, formatMetric(head, metric, metrics)],
    ),
    ...calibrationCells(answers),
  ];
}

/** The effect of calibration on a head. */
function calibrationCells(answers: HeadAnswers): Cell[] {
  const { uncalibrated, calibration } = answers;
  if ("temperature" in calibration) {
    const before = formatPercent(uncalibrated.metrics.ece!);
    return [
      ["ECE before calibration", before],
      ["temperature", calibration.temperature.toFixed(3)],
    ];
  }
  return coverageOf(answers, calibration.deviation).map(
    ({ multiple, found }): Cell => [
      `within ± ${multiple} standard deviation${multiple === 1 ? "" : "s"}`,
      formatPercent(found.share),
    ],
  );
}

/** The meaning of the columns, for the kinds of heads that there are. */
function explanations(
  run: RunReport,
  { set }: JudgedSet,
  answers: readonly HeadAnswers[],
): string[] {
  const fitted = `fitted on the ${calibrationSet(run)} images${
    set === "crossValidation"
      ? ", and each fold is judged by what was fitted on the others"
      : ""
  }`;
  const kinds = answers.map(({ calibration }) => calibration);
  return [
    ...(kinds.some((calibration) => "temperature" in calibration)
      ? [
        `Losses are in nats. ECE is the expected calibration error over 15 bins of confidence; each head's temperature, and an offset for each of its logits, were ${fitted}. A probability is softmax((logit + offset) / temperature), or the sigmoid where there is one logit; the file's metadata holds both.`,
      ]
      : []),
    ...(kinds.some((calibration) => "deviation" in calibration)
      ? [
        `A quantity is answered with a deviation, which was ${fitted}: the truth should lie within it in 68.3% of cases, and within twice as much in 95.4%. Its loss is the mean squared error in squared standard deviations of the training labels.`,
      ]
      : []),
  ];
}
