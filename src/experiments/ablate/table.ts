/** An ablation as a section of Markdown, to stand alone or in a model card. @module */

import { mean } from "../compare/trial.ts";
import { splitInWords } from "../../train/plan.ts";
import { formatCount, formatPercent } from "../../report/format.ts";
import { codeBlock, markdownTable } from "../../report/markdown.ts";
import {
  type Ablation,
  type AblationRun,
  type Estimate,
  type Scores,
  WHOLE,
} from "./ablation.ts";

/** What each piece brings, how well the whole is calibrated, and the command that tells. */
export function renderAblation(ablation: Ablation, command: string): string {
  return [
    "# What each piece brings",
    introduction(ablation),
    pieceTable(ablation),
    "From the same runs of the whole recipe: what calibration does to each head.",
    calibrationTable(ablation.whole),
    "Calibration error is the expected calibration error over 15 bins of confidence. These tables are what this prints:",
    codeBlock(command),
  ].join("\n\n") + "\n";
}

function introduction({ dataset, split, pictures, whole }: Ablation): string {
  const { train, validation, test } = pictures;
  const several = whole.length > 1;
  return [
    "The recipe is trained whole, and with one thing at a time taken away or changed.",
    several
      ? `Figures are means over the seeds ${
        listed(whole.map(({ seed }) => String(seed)))
      }, each of which draws a split of its own,`
      : `Figures are those of seed ${whole[0]!.seed}; the split is drawn`,
    `by ${splitInWords(split)}: ${formatCount(train)} for training, ${
      formatCount(validation)
    } for the calibration and ${
      formatCount(test)
    } for the test, which the figures are of. The pictures have the hash ${dataset.hash}.`,
    `A difference is that in item accuracy to the whole recipe, in points${
      several
        ? ", paired by seed, ± the standard error of its mean over the seeds"
        : ""
    }.`,
  ].join(" ");
}

function pieceTable({ whole, pieces }: Ablation): string {
  const row = (name: string, runs: readonly AblationRun[], note: string) => {
    const of = (figure: (scores: Scores) => number) =>
      mean(runs.map(({ calibrated }) => figure(calibrated)));
    return [
      name,
      formatPercent(of(({ item }) => item.accuracy)),
      note,
      formatPercent(of(({ domain }) => domain.accuracy)),
      of(({ item }) => item.loss).toFixed(3),
      formatPercent(of(({ item }) => item.ece)),
    ];
  };
  return markdownTable(
    [
      "Recipe",
      "Item accuracy",
      "Difference",
      "Domain accuracy",
      "Item loss (nats)",
      "Item calibration error",
    ],
    [
      row(WHOLE, whole, ""),
      ...pieces.map(({ name, runs, difference }) =>
        row(name, runs, points(difference))
      ),
    ],
  );
}

function calibrationTable(runs: readonly AblationRun[]): string {
  return markdownTable(
    [
      "Head",
      "Loss (nats)",
      "before calibration",
      "Calibration error",
      "before calibration",
    ],
    (["item", "domain"] as const).map((head) => {
      const of = (
        state: "calibrated" | "uncalibrated",
        figure: "loss" | "ece",
      ) => mean(runs.map((run) => run[state][head][figure]));
      return [
        head,
        of("calibrated", "loss").toFixed(3),
        of("uncalibrated", "loss").toFixed(3),
        formatPercent(of("calibrated", "ece")),
        formatPercent(of("uncalibrated", "ece")),
      ];
    }),
  );
}

/** "−1.2 ± 0.3". */
function points({ mean, standardError }: Estimate): string {
  const size = (100 * Math.abs(mean)).toFixed(1);
  const sign = Number(size) === 0 ? "" : mean < 0 ? "−" : "+";
  return standardError === undefined
    ? sign + size
    : `${sign}${size} ± ${(100 * standardError).toFixed(1)}`;
}

/** "0, 1 and 2". */
function listed(words: readonly string[]): string {
  return [words.slice(0, -1).join(", "), words.at(-1)].join(" and ");
}
