/** An ablation as a section of Markdown, to stand alone or in a model card. @module */

import { type HeadSpec, kindOf } from "../../heads/kinds.ts";
import { formatCount, formatPercent } from "../../report/format.ts";
import { codeBlock, markdownTable } from "../../report/markdown.ts";
import { mainMetric } from "../../report/metrics.ts";
import { splitInWords } from "../../train/plan.ts";
import {
  mainHead,
  metricIn,
  metricName,
  writeDifference,
  writeMetric,
} from "../quality.ts";
import { type Estimate, mean } from "../statistics.ts";
import { listed } from "../words.ts";
import { type Ablation, type AblationRun, WHOLE } from "./ablation.ts";

/** The difference that each piece makes, the calibration of the whole, and the command that tells. */
export function renderAblation(ablation: Ablation, command: string): string {
  const calibrated = ablation.dataset.heads.filter(isCalibrated);
  return [
    "# What each piece brings",
    introduction(ablation),
    pieceTable(ablation),
    ...(calibrated.length === 0 ? [] : [
      "From the same runs of the whole recipe: what calibration does to each head.",
      calibrationTable(calibrated, ablation.whole),
      "Calibration error is the expected calibration error over 15 bins of confidence.",
    ]),
    "These tables are what this prints:",
    codeBlock(command),
  ].join("\n\n") + "\n";
}

function introduction({ dataset, split, images, whole }: Ablation): string {
  const { train, validation, test } = images;
  const head = mainHead(dataset.heads);
  const several = whole.length > 1;
  return [
    "The recipe is trained whole, and with one thing at a time taken away or changed.",
    several
      ? `Metrics are means over the seeds ${
        listed(whole.map(({ seed }) => String(seed)))
      }, each of which draws a split of its own,`
      : `Metrics are those of seed ${whole[0]!.seed}; the split is drawn`,
    `by ${splitInWords(split)}: ${formatCount(train)} for training, ${
      formatCount(validation)
    } for the calibration and ${
      formatCount(test)
    } for the test, which the metrics are of. The images have the hash ${dataset.hash}.`,
    `A difference is that in ${metricName(head)} to the whole recipe${
      mainMetric(head).style === "percent" ? ", in points" : ""
    }${
      several
        ? ", paired by seed, ± the standard error of its mean over the seeds"
        : ""
    }.`,
  ].join(" ");
}

function pieceTable({ dataset: { heads }, whole, pieces }: Ablation): string {
  const main = mainHead(heads);
  const others = heads.filter((head) => head !== main);
  const row = (name: string, runs: readonly AblationRun[], note: string) => {
    const metric = (head: HeadSpec) =>
      writeMetric(
        head,
        mean(runs.map(({ calibrated }) => metricIn(head, calibrated))),
      );
    const of = (key: string) =>
      mean(runs.map(({ calibrated }) => calibrated[main.name]![key]!));
    return [
      name,
      metric(main),
      note,
      ...others.map(metric),
      of("loss").toFixed(3),
      ...(isCalibrated(main) ? [formatPercent(of("ece"))] : []),
    ];
  };
  return markdownTable(
    [
      "Recipe",
      metricName(main),
      "Difference",
      ...others.map(metricName),
      `${main.name} loss`,
      ...(isCalibrated(main) ? [`${main.name} calibration error`] : []),
    ],
    [
      row(WHOLE, whole, ""),
      ...pieces.map(({ name, runs, difference }) =>
        row(name, runs, signed(main, difference))
      ),
    ],
  );
}

/** True of a head that gives probabilities, which calibration corrects. */
function isCalibrated(head: HeadSpec): boolean {
  return kindOf(head).metrics.some(({ key }) => key === "ece");
}

function calibrationTable(
  heads: readonly HeadSpec[],
  runs: readonly AblationRun[],
): string {
  return markdownTable(
    [
      "Head",
      "Loss (nats)",
      "before calibration",
      "Calibration error",
      "before calibration",
    ],
    heads.map(({ name }) => {
      const of = (
        state: "calibrated" | "uncalibrated",
        metric: "loss" | "ece",
      ) => mean(runs.map((run) => run[state][name]![metric]!));
      return [
        name,
        of("calibrated", "loss").toFixed(3),
        of("uncalibrated", "loss").toFixed(3),
        formatPercent(of("calibrated", "ece")),
        formatPercent(of("uncalibrated", "ece")),
      ];
    }),
  );
}

/** "−1.2 ± 0.3". */
function signed(head: HeadSpec, { mean, standardError }: Estimate): string {
  const size = writeDifference(head, mean);
  const sign = Number(size) === 0 ? "" : mean < 0 ? "−" : "+";
  return standardError === undefined
    ? sign + size
    : `${sign}${size} ± ${writeDifference(head, standardError)}`;
}
