/** The section on bias correction. @module */

import { lineChart } from "../../../report/chart/line.ts";
import { formatDecimals } from "../../../report/format.ts";
import { type Content, type Markup, markup } from "../../../report/markup.ts";
import { figure, table } from "../../../report/page.ts";
import { type BiasCorrectionResult, finalLoss } from "../bias_correction.ts";

/** Losses above this many nats are drawn as this: what matters is that they left. */
const CEILING = 12;

/** Curves with and without the correction, and where they end. */
export function biasCorrectionSection(
  results: readonly BiasCorrectionResult[],
): Content {
  const steps = Math.max(
    ...results.flatMap(({ runs }) => runs.map((run) => run.corrected.length)),
  );
  const rows = results.flatMap(({ beta2, runs }) =>
    runs.map(({ learningRate, corrected, uncorrected }) => [
      String(beta2),
      learningRate,
      written(finalLoss(corrected, steps)),
      written(finalLoss(uncorrected, steps)),
    ])
  );
  return [
    markup`<p>Adam's averages start from zero, so at first they are too small: the first moment by 1 − β₁ᵗ, the second by 1 − β₂ᵗ. Divided out, the first steps are of the size of the learning rate. Left alone, they are larger by (1 − β₁ᵗ)/√(1 − β₂ᵗ): 3 times at the first step with β₂ = 0.999, 10 times with 0.9999, and the closer β₂ is to 1 the longer that lasts. Compare rows of one learning rate in the table: with the correction β₂ hardly matters, without it β₂ decides whether the first steps are a help or a disaster.</p>`,
    markup`<div class="charts small">${
      results.map((result) => figure(biasChart(result)))
    }</div>`,
    markup`<p>Losses above ${CEILING} nats are drawn as ${CEILING}.</p>`,
    table(
      "Mean loss of the last twenty steps (nats; a dash: it diverged)",
      ["β₂", "Learning rate", "With correction", "Without"],
      rows,
    ),
  ];
}

/** Loss of every step at the highest learning rate. */
export function biasChart({ beta2, runs }: BiasCorrectionResult): Markup {
  const { learningRate, corrected, uncorrected } = runs.at(-1)!;
  const line = (losses: readonly number[]) =>
    losses.map((loss, step) => [step + 1, Math.min(loss, CEILING)] as const);
  return lineChart({
    title: `β₂ = ${beta2}, learning rate ${learningRate}`,
    description: `Training loss over ${corrected.length} steps of Adam; ${
      written(corrected.at(-1))
    } at the end with bias correction, ${written(uncorrected.at(-1))} without.`,
    x: { name: "Step", low: 0, high: corrected.length },
    y: { name: "Loss (nats)", low: 0, high: CEILING },
    series: [
      { name: "corrected", colour: 1, points: line(corrected) },
      { name: "not corrected", colour: 2, points: line(uncorrected) },
    ],
    width: 340,
    height: 260,
  });
}

function written(loss: number | undefined): string {
  return loss === undefined ? "–" : formatDecimals(loss, 3);
}
