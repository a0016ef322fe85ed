/** What it takes to do the same run again. @module */

import { parameterCount } from "../../model/sizes.ts";
import { formatBytes, formatCount, formatPercent } from "../format.ts";
import { type Content, markup } from "../markup.ts";
import { definitions } from "../page.ts";
import type { RunReport } from "../run.ts";

/** Names and values, for the report and for the model card. */
export type Facts = readonly (readonly [name: string, value: string])[];

/** How the network was trained. */
export function trainingFacts(
  { recipe, optimizer, keptEpoch }: RunReport,
): Facts {
  return [
    ["Optimizer", optimizer.name],
    ...Object.entries(optimizer.options).map(([name, value]) =>
      [name, String(value)] as const
    ),
    ["Learning rate", `${recipe.learningRate}, ${recipe.schedule}`],
    ["Batch size", String(recipe.batchSize)],
    ["Epochs", `${recipe.epochs}, weights of epoch ${keptEpoch} kept`],
    ["Label smoothing", String(recipe.labelSmoothing)],
    [
      "Dropout",
      `inputs ${recipe.inputDropout}, cells ${recipe.cellDropout}, hidden ${recipe.hiddenDropout}`,
    ],
    ["Mixup α", recipe.mixup === 0 ? "none" : String(recipe.mixup)],
    [
      "Gradient norm",
      recipe.maxGradientNorm === 0
        ? "not bounded"
        : `at most ${recipe.maxGradientNorm}`,
    ],
    ["Seed", String(recipe.seed)],
  ];
}

/** What the network looks like and where it went. */
export function modelFacts(
  { sizes, weights, preprocessing }: RunReport,
): Facts {
  return [
    ["Inputs", preprocessing],
    [
      "Layers",
      [sizes.inputs, ...sizes.hidden, `${sizes.domains} + ${sizes.items}`]
        .join(" → "),
    ],
    ["Parameters", formatCount(parameterCount(sizes))],
    ["File", `${weights.file}, ${formatBytes(weights.bytes)}`],
    ["SHA-256", weights.sha256],
  ];
}

/** What it learnt from. */
export function datasetFacts({ dataset, labels }: RunReport): Facts {
  const { train, validation, test } = dataset.split;
  const share = (count: number) =>
    `${formatCount(count)} (${formatPercent(count / dataset.images)})`;
  return [
    ["Data", dataset.description],
    ["Licence", dataset.licence],
    [
      "Pictures",
      `${formatCount(dataset.images)}: ${labels.items.length} items in ${
        labels.domains.length === 1
          ? "1 domain"
          : `${labels.domains.length} domains`
      }`,
    ],
    [
      "Split",
      `${share(train)} training, ${share(validation)} validation, ${
        share(test)
      } test; by ${dataset.strategy}`,
    ],
    ["Hash", dataset.hash],
  ];
}

/** Everything, with the command on top. */
export function settings(run: RunReport): Content {
  return [
    markup`<p><code>${run.command}</code></p>`,
    markup`<h3>Model</h3>`,
    definitions(modelFacts(run)),
    markup`<h3>Training</h3>`,
    definitions(trainingFacts(run)),
    markup`<h3>Data</h3>`,
    definitions(datasetFacts(run)),
  ];
}
