/** Reliability: whether probabilities mean what they say. @module */

import type { HeadScore } from "../../heads/head.ts";
import { reliabilityChart } from "../chart/reliability.ts";
import { type ReliabilityBin, reliabilityBins } from "../counts.ts";
import { formatPercent } from "../format.ts";
import { type Content, type Markup, markup } from "../markup.ts";
import { figure, table } from "../page.ts";
import {
  answersOf,
  calibrationSet,
  type HeadAnswers,
  type JudgedSet,
  type RunReport,
} from "../run.ts";

const BINS = 15;

/** The reliability of each head that gives probabilities, before and after its calibration. */
export function calibration(
  run: RunReport,
  { evaluation }: JudgedSet,
): Content {
  const heads = answersOf(evaluation, run.calibration).filter(
    ({ calibrated }) =>
      calibrated.confidence !== undefined && calibrated.metrics.images > 0,
  );
  if (heads.length === 0) {
    return markup`<p>No head of this model gives probabilities.</p>`;
  }
  const temperatures = heads.flatMap(({ head, calibration }) =>
    "temperature" in calibration
      ? `${calibration.temperature.toFixed(3)} for ${head.name}`
      : []
  );
  return [
    markup`<p>Of the answers given with a confidence of 70%, 70% should be right. To that end an offset is added to each of a head's logits, for classes that it says too seldom or too often, and all are divided by one number, its temperature, chosen so that the head is as sure on average as it is right. Both were fitted on the ${
      calibrationSet(run)
    } images; the temperature is ${temperatures.join(", ")}.</p>`,
    markup`<div class="charts">${
      heads.map((answers) =>
        (["before", "after"] as const).map((when) => diagram(answers, when))
      )
    }</div>`,
  ];
}

function diagram(
  { head, labels, uncalibrated, calibrated }: HeadAnswers,
  when: "before" | "after",
): Markup {
  const score = when === "before" ? uncalibrated : calibrated;
  const bins = binsOf(labels, score);
  const error = formatPercent(score.metrics.ece!);
  const title = `${head.name} ${when} calibration: error ${error}`;
  const description =
    `How often answers of the ${head.name} head were right, by confidence, ${when} calibration. Expected calibration error ${error}.`;
  return figure(
    reliabilityChart({ title, description }, bins),
    undefined,
    numbers(`${title} (expected calibration error)`, bins),
  );
}

function binsOf(
  labels: Float64Array,
  { predicted, confidence }: HeadScore,
): ReliabilityBin[] {
  return reliabilityBins(labels, predicted, confidence!, BINS);
}

function numbers(caption: string, bins: readonly ReliabilityBin[]): Markup {
  return table(
    caption,
    ["Confidence", "Answers", "Share right", "Mean confidence"],
    bins.map(({ low, high, images, accuracy, confidence }) => [
      `${formatPercent(low)} to ${formatPercent(high)}`,
      images,
      images === 0 ? "–" : formatPercent(accuracy),
      images === 0 ? "–" : formatPercent(confidence),
    ]),
  );
}
