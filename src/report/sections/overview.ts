/** A run in a few numbers and sentences. @module */

import { isKnown } from "../../heads/head.ts";
import { kindOf } from "../../heads/kinds.ts";
import { parameterCount } from "../../model/sizes.ts";
import { countConfusion } from "../counts.ts";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMany,
  formatPercent,
  formatQuantity,
} from "../format.ts";
import { type Content, type Markup, markup } from "../markup.ts";
import {
  fewImages,
  formatInterval,
  formatMetric,
  mainMetric,
  plainMetric,
  rightAnswers,
  withUnit,
} from "../metrics.ts";
import { type Headline, headlines } from "../page.ts";
import {
  answersOf,
  type HeadAnswers,
  type JudgedSet,
  judgedSet,
  type RunReport,
} from "../run.ts";

/** The first thing to read: sentences, warnings, metrics. */
export function overview(run: RunReport): Content {
  const judged = judgedSet(run);
  return [
    summary(run, judged),
    run.dataset.warnings.map((warning) =>
      markup`<p class="warning">${warning}</p>`
    ),
    headlines([
      ...(judged === undefined ? [] : labelledAnswers(run, judged).map(
        (answers) => headline(answers, judged.name),
      )),
      {
        name: "Training time",
        value: formatDuration(run.seconds),
        notes: [
          `${formatMany(run.step, "step")}, ${
            formatMany(run.history.length, "epoch")
          }`,
        ],
      },
      {
        name: "Parameters",
        value: formatCount(parameterCount(run.sizes)),
        notes: [`file of ${formatBytes(run.weights.bytes)}`],
      },
    ]),
  ];
}

/** The answers of the heads of which the set has labels. */
function labelledAnswers(
  { calibration }: RunReport,
  { evaluation }: JudgedSet,
): HeadAnswers[] {
  return answersOf(evaluation, calibration).filter(({ calibrated }) =>
    calibrated.metrics.images > 0
  );
}

function headline(answers: HeadAnswers, set: string): Headline {
  const { head, calibrated: { metrics } } = answers;
  const metric = mainMetric(head);
  return {
    name: `${head.name}: ${metric.title} (${set})`,
    value: formatMetric(head, metric, metrics),
    notes: [...certainty(answers), ...detail(answers)],
  };
}

/** Counts and an interval: how far a headline may be trusted. */
function certainty({ head, calibrated: { metrics } }: HeadAnswers): string[] {
  const right = rightAnswers(head, metrics);
  const few = fewImages(metrics.images);
  const counted = right === undefined
    ? formatMany(metrics.images, "image")
    : `${formatCount(right.right)} of ${formatCount(right.of)}; ${
      formatInterval(right)
    }`;
  return [few === undefined ? counted : `${counted} (${few})`];
}

/** A second metric of a head, in one line. */
function detail({ head, uncalibrated, calibrated }: HeadAnswers): string[] {
  const { metrics } = calibrated;
  if (metrics.ece !== undefined) {
    return [
      `calibration error ${formatPercent(metrics.ece)}, ${
        formatPercent(uncalibrated.metrics.ece!)
      } before calibration`,
    ];
  }
  const plain = plainMetric(head);
  return plain === mainMetric(head)
    ? []
    : [`${plain.title} ${formatMetric(head, plain, metrics)}`];
}

function summary(run: RunReport, judged: JudgedSet | undefined): Markup {
  if (judged === undefined) {
    return markup`<p>No images were held out, so nothing is known of how well this model does on new ones: train with a split such as 80/5/15 to find out.</p>`;
  }
  const images = formatCount(judged.evaluation.metrics.images);
  const subject = judged.set === "crossValidation"
    ? `On ${images} images, each shown to a model that was trained in the same way without it and its neighbours:`
    : `On ${images} images that the model was not trained on:`;
  return markup`<p>${subject}</p><ul>${
    labelledAnswers(run, judged).map((answers) =>
      markup`<li><b>${answers.head.name}</b> ${comparison(answers)}</li>`
    )
  }</ul>`;
}

/** The answers of a head beside the constant answer that does best. */
function comparison({ head, labels, calibrated }: HeadAnswers): string {
  const { metrics } = calibrated;
  const classes = kindOf(head).groups(head).length;
  const right = rightAnswers(head, metrics);
  if (right !== undefined && classes > 0) {
    return `is right in ${
      formatPercent(right.share)
    } of cases; always saying the most frequent of its ${
      formatMany(classes, "answer")
    } would be right in ${
      formatPercent(shareOfMostFrequent(labels, classes))
    }.`;
  }
  const plain = plainMetric(head);
  return `has a ${plain.title} of ${
    formatMetric(head, plain, metrics)
  }; always saying the mean would be off by ${
    withUnit(head, formatQuantity(meanDistance(labels)))
  } on average.`;
}

/** Accuracy of the constant answer that does best. */
function shareOfMostFrequent(labels: Float64Array, classes: number): number {
  const { truths } = countConfusion(labels, labels, classes);
  const known = truths.reduce((sum, count) => sum + count, 0);
  return Math.max(...truths) / known;
}

/** Mean distance of the known labels from their mean. */
function meanDistance(labels: Float64Array): number {
  const known = labels.filter(isKnown);
  const meanOf = (values: Float64Array) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const mean = meanOf(known);
  return meanOf(known.map((label) => Math.abs(label - mean)));
}
