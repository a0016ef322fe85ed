/** What a run came to, in a few numbers and sentences. @module */

import { parameterCount } from "../../model/sizes.ts";
import { countConfusion, type Proportion, proportion } from "../counts.ts";
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatMany,
  formatPercent,
} from "../format.ts";
import { type Content, type Markup, markup } from "../markup.ts";
import { type Headline, headlines } from "../page.ts";
import { type HeldOut, judgedSet, type RunReport } from "../run.ts";

/** Right answers of one head among the pictures whose class is known. */
export function rightAnswers(
  { labels, calibrated }: HeldOut,
  head: "domain" | "item",
): Proportion {
  const { images, accuracy } = calibrated[head];
  const known = labels[head].filter((label) => label >= 0).length;
  return proportion(Math.round(accuracy * images), known);
}

/** The first thing to read: figures, a sentence, warnings. */
export function overview(run: RunReport): Content {
  const judged = judgedSet(run);
  return [
    summary(run),
    run.dataset.warnings.map((warning) =>
      markup`<p class="warning">${warning}</p>`
    ),
    headlines([
      ...(judged === undefined ? [] : accuracies(judged.name, judged.heldOut)),
      {
        name: "Training time",
        value: formatDuration(run.seconds),
        note: `${formatMany(run.step, "step")}, ${
          formatMany(run.history.length, "epoch")
        }`,
      },
      {
        name: "Parameters",
        value: formatCount(parameterCount(run.sizes)),
        note: `file of ${formatBytes(run.weights.bytes)}`,
      },
    ]),
  ];
}

function accuracies(set: string, heldOut: HeldOut): Headline[] {
  return (["item", "domain"] as const).flatMap((head): Headline[] => {
    const { right, of, share, low, high } = rightAnswers(heldOut, head);
    if (of === 0) return [];
    const name = head === "item" ? "Item" : "Domain";
    return [{
      name: `${name} accuracy (${set})`,
      value: formatPercent(share),
      note: `${formatCount(right)} of ${formatCount(of)}; 95% interval ${
        formatPercent(low)
      } to ${formatPercent(high)}`,
    }, {
      name: `${name} calibration error`,
      value: formatPercent(heldOut.calibrated[head].ece),
      note: `${
        formatPercent(heldOut.uncalibrated[head].ece)
      } before calibration`,
    }];
  });
}

/** The run in a sentence or two. */
function summary(run: RunReport): Markup {
  const judged = judgedSet(run);
  if (judged === undefined) {
    return markup`<p>No pictures were held out, so nothing is known of how well this model does on new ones: train with a split such as 80/5/15 to find out.</p>`;
  }
  const { heldOut } = judged;
  const heads = run.sizes.domains < 2
    ? ["item"] as const
    : ["item", "domain"] as const;
  const right = heads.map((head) => {
    const { share } = rightAnswers(heldOut, head);
    return `the right ${head} of ${run.sizes[`${head}s`]} in ${
      formatPercent(share)
    } of cases`;
  });
  const constant = heads.map((head) =>
    formatPercent(baseline(heldOut, head, run.sizes[`${head}s`]))
  );
  const pictures = formatCount(heldOut.labels.item.length);
  const subject = judged.set === "crossValidation"
    ? `On ${pictures} pictures, each shown to a model that was trained in the same way without it and its neighbours, the models name`
    : `On ${pictures} pictures that it was not trained on, the model names`;
  return markup`<p>${subject} ${
    right.join(" and ")
  }. Always saying the most frequent one would be right in ${
    constant.join(" and ")
  }.</p>`;
}

/** Accuracy of the constant answer that does best. */
function baseline(
  { labels }: HeldOut,
  head: "domain" | "item",
  classes: number,
): number {
  const { truths } = countConfusion(labels[head], labels[head], classes);
  const known = truths.reduce((sum, count) => sum + count, 0);
  return known === 0 ? 0 : Math.max(...truths) / known;
}
