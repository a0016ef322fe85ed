/** The section on bias correction. @module */

import { lineChart } from "../../../report/chart/line.ts";
import { formatDecimals } from "../../../report/format.ts";
import { type Content, type Markup, markup } from "../../../report/markup.ts";
import { figure, table } from "../../../report/page.ts";
import { listed } from "../../words.ts";
import { paperBound, strictBound } from "../adam_steps.ts";
import {
  type AdamRun,
  BETA1,
  type BiasCorrectionResult,
  finalLoss,
} from "../bias_correction.ts";

/** Losses above this many nats are drawn as this: what matters is that they left. */
const CEILING = 12;

/** Curves with and without the correction, and where they end. */
export function biasCorrectionSection(
  results: readonly BiasCorrectionResult[],
): Content {
  const steps = Math.max(
    ...results.flatMap(({ runs }) =>
      runs.map((run) => run.corrected.losses.length)
    ),
  );
  const rows = results.flatMap(({ beta2, runs }) =>
    runs.map(({ learningRate, corrected, uncorrected }) => [
      String(beta2),
      learningRate,
      written(finalLoss(corrected.losses, steps)),
      written(finalLoss(uncorrected.losses, steps)),
    ])
  );
  return [
    markup`<p>Adam's averages start from zero, so at first they are too small: the first moment by 1 − β₁ᵗ, the second by 1 − β₂ᵗ. Divided out, the first steps are of the size of the learning rate. Left alone, they are larger by (1 − β₁ᵗ)/√(1 − β₂ᵗ): 3 times at the first step with β₂ = 0.999, 10 times with 0.9999, and the closer β₂ is to 1 the longer that lasts. Compare rows of one learning rate in the table: with the correction β₂ hardly matters, without it β₂ decides whether the first steps are a help or a disaster.</p>`,
    chartRow(results, biasChart),
    markup`<p>Losses above ${CEILING} nats are drawn as ${CEILING}.</p>`,
    table(
      "Mean loss of the last twenty steps (nats; a dash: it diverged)",
      ["β₂", "Learning rate", "With correction", "Without"],
      rows,
    ),
    markup`<h3>How far a step goes</h3><p>A step of Adam is η m̂/√v̂ for every parameter, whatever the size of its gradients. The paper bounds it by η · max(1, (1 − β₁)/√(1 − β₂)), the step of a gradient that comes after nothing but zeros. Gradients that go on in one direction after such a start take larger ones, up to η (1 − β₁)/√((1 − β₂)(1 − β₁²/β₂)), which holds for any gradients. ${
      stepVerdict(results)
    }</p>`,
    chartRow(results, largestStepChart),
    table(
      "The largest step of any parameter, in learning rates",
      [
        "β₂",
        "With correction",
        "Without",
        "Bound of the paper",
        "Strict bound",
      ],
      results.map(({ beta2, runs }) => {
        const { corrected, uncorrected } = runs.at(-1)!;
        return [
          String(beta2),
          ...[
            largestOf(corrected),
            largestOf(uncorrected),
            paperBound(BETA1, beta2),
            strictBound(BETA1, beta2),
          ].map((value) => formatDecimals(value, 2)),
        ];
      }),
    ),
    markup`<h3>Signal and noise</h3><p>The ratio m̂/√v̂ is near 1 where gradients agree from step to step, and near 0 where they cancel: then Adam takes small steps by itself. Its root mean square over the parameters starts at 1, since one gradient agrees with itself, and falls as what is left to learn drowns in the noise of the batches.</p>`,
    chartRow(results, signalChart),
  ];
}

function chartRow(
  results: readonly BiasCorrectionResult[],
  chart: (result: BiasCorrectionResult) => Markup,
): Markup {
  return markup`<div class="charts small">${
    results.map((result) => figure(chart(result)))
  }</div>`;
}

/** The runs that pass the paper's bound, in words that the numbers choose. */
function stepVerdict(results: readonly BiasCorrectionResult[]): string {
  const passing = (which: "corrected" | "uncorrected") =>
    results.filter(({ beta2, runs }) =>
      largestOf(runs.at(-1)![which]) > paperBound(BETA1, beta2)
    ).map(({ beta2 }) => `β₂ = ${beta2}`);
  const says = (found: readonly string[]) =>
    found.length === 0 ? "never" : `with ${listed(found)}`;
  return `Here steps pass the paper's bound ${
    says(passing("corrected"))
  } where they are corrected, and ${
    says(passing("uncorrected"))
  } where they are not.`;
}

function largestOf({ steps }: AdamRun): number {
  return Math.max(...steps.largest);
}

/** Loss of every step at the highest learning rate. */
export function biasChart(result: BiasCorrectionResult): Markup {
  const { corrected, uncorrected } = result.runs.at(-1)!;
  return stepChart(result, {
    description: `Training loss over the steps of Adam; ${
      written(corrected.losses.at(-1))
    } at the end with bias correction, ${
      written(uncorrected.losses.at(-1))
    } without.`,
    name: "Loss (nats)",
    high: CEILING,
    valuesOf: ({ losses }) => losses.map((loss) => Math.min(loss, CEILING)),
  });
}

/** The largest |Δθ| of every step at the highest learning rate, in learning rates. */
export function largestStepChart(result: BiasCorrectionResult): Markup {
  const { corrected, uncorrected } = result.runs.at(-1)!;
  const bound = paperBound(BETA1, result.beta2);
  return stepChart(result, {
    description:
      `The largest step of any parameter in learning rates; at most ${
        written(largestOf(corrected))
      } with bias correction, ${
        written(largestOf(uncorrected))
      } without; the bound of the paper is ${formatDecimals(bound, 2)}.`,
    name: "Largest step (learning rates)",
    bounds: {
      "bound of the paper": bound,
      "strict bound": strictBound(BETA1, result.beta2),
    },
    valuesOf: ({ steps }) => steps.largest,
  });
}

/** The root mean square of m̂/√v̂ of every step at the highest learning rate. */
export function signalChart(result: BiasCorrectionResult): Markup {
  const { corrected, uncorrected } = result.runs.at(-1)!;
  return stepChart(result, {
    description: `The root mean square of m̂/√v̂; ${
      written(corrected.steps.signal.at(-1))
    } at the last step with bias correction, ${
      written(uncorrected.steps.signal.at(-1))
    } without.`,
    name: "Signal to noise",
    valuesOf: ({ steps }) => steps.signal,
  });
}

function stepChart(
  { beta2, runs }: BiasCorrectionResult,
  { description, name, high, bounds = {}, valuesOf }: {
    readonly description: string;
    readonly name: string;
    readonly high?: number;
    /** Values to mark by name. */
    readonly bounds?: Readonly<Record<string, number>>;
    valuesOf(run: AdamRun): readonly number[];
  },
): Markup {
  const { learningRate, ...run } = runs.at(-1)!;
  const steps = run.corrected.losses.length;
  const points = (values: readonly number[]) =>
    values.map((value, step) => [step + 1, value] as const);
  return lineChart({
    title: `β₂ = ${beta2}, learning rate ${learningRate}`,
    description,
    x: { name: "Step", low: 0, high: steps },
    y: { name, low: 0, ...(high !== undefined && { high }) },
    series: [
      { name: "corrected", colour: 1, points: points(valuesOf(run.corrected)) },
      {
        name: "not corrected",
        colour: 2,
        points: points(valuesOf(run.uncorrected)),
      },
      ...Object.entries(bounds).map(([name, bound], index) => ({
        name,
        colour: 3 + index,
        dashed: true,
        points: [[0, bound], [steps, bound]] as const,
      })),
    ],
    width: 340,
    height: 260,
  });
}

function written(loss: number | undefined): string {
  return loss === undefined ? "–" : formatDecimals(loss, 3);
}
