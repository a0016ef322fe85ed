/** Whether probabilities mean what they say. @module */

import { reliabilityChart } from "../chart/reliability.ts";
import { type ReliabilityBin, reliabilityBins } from "../counts.ts";
import { formatPercent } from "../format.ts";
import { type Content, type Markup, markup } from "../markup.ts";
import { figure, table } from "../page.ts";
import { calibrationSet, type HeldOut, type RunReport } from "../run.ts";

const BINS = 15;

/** Reliability of each head before and after its calibration. */
export function calibration(
  run: RunReport,
  heldOut: HeldOut,
): Content {
  const { calibration, sizes } = run;
  const heads = sizes.domains < 2
    ? ["item"] as const
    : ["item", "domain"] as const;
  return [
    markup`<p>Of the answers given with a confidence of 70%, 70% should be right. To that end an offset is added to each of a head's logits, for classes that it says too seldom or too often, and all are divided by one number, its temperature, chosen so that the head is as sure on average as it is right. Both were fitted on the ${
      calibrationSet(run)
    } pictures; the temperature is ${
      heads.map((head) =>
        `${calibration[head].temperature.toFixed(3)} for the ${head} head`
      )
        .join(", ")
    }.</p>`,
    markup`<div class="charts">${
      heads.map((head) =>
        (["before", "after"] as const).map((when) =>
          diagram(heldOut, head, when)
        )
      )
    }</div>`,
  ];
}

function diagram(
  { labels, uncalibrated, calibrated }: HeldOut,
  head: "domain" | "item",
  when: "before" | "after",
): Markup {
  const evaluation = (when === "before" ? uncalibrated : calibrated)[head];
  const bins = reliabilityBins(labels[head], evaluation, BINS);
  const error = formatPercent(evaluation.ece);
  const title = `${
    head === "item" ? "Item" : "Domain"
  } head ${when} calibration: error ${error}`;
  const description =
    `How often answers of the ${head} head were right, by confidence, ${when} calibration. Expected calibration error ${error}.`;
  return figure(
    reliabilityChart({ title, description }, bins),
    undefined,
    numbers(`${title} (expected calibration error)`, bins),
  );
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
