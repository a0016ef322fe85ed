/** Everything it takes to do the same run again. @module */

import { type HeadSpec, kindOf, widthOf } from "../../heads/kinds.ts";
import { parameterCount } from "../../model/sizes.ts";
import { formatBytes, formatCount, formatPercent } from "../format.ts";
import { type Content, markup } from "../markup.ts";
import { definitions } from "../page.ts";
import type { RunReport } from "../run.ts";

/** Names and values, for the report and for the model card. */
export type Facts = readonly (readonly [name: string, value: string])[];

/** The recipe of the training. */
export function trainingFacts(
  { plan: { recipe, optimizer, headWeights, from }, keptEpoch }: RunReport,
): Facts {
  return [
    ...(from === undefined ? [] : [
      [
        "Trunk",
        `taken from the model with SHA-256 ${from.sha256}, ${from.trunk}`,
      ] as const,
    ]),
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
    ...(Object.keys(headWeights).length === 0
      ? []
      : [["Head weights", weightsInWords(headWeights)] as const]),
    ["Random seed", String(recipe.seed)],
  ];
}

function weightsInWords(weights: Readonly<Record<string, number>>): string {
  return `${
    Object.entries(weights).map(([name, weight]) => `${name} ${weight}`)
      .join(", ")
  }; 1 for the others`;
}

/** The shape of the network and the file it went to. */
export function modelFacts(
  { sizes, weights, preprocessing }: RunReport,
): Facts {
  return [
    ["Inputs", preprocessing],
    [
      "Layers",
      [sizes.inputs, ...sizes.hidden, sizes.heads.map(widthOf).join(" + ")]
        .join(" → "),
    ],
    ["Heads", sizes.heads.map(headInWords).join("; ")],
    ["Parameters", formatCount(parameterCount(sizes))],
    ["File", `${weights.file}, ${formatBytes(weights.bytes)}`],
    ["SHA-256", weights.sha256],
  ];
}

/** A head in a few words: "item, one of 31 classes", "price, a number in EUR". */
export function headInWords(head: HeadSpec): string {
  const kind = kindOf(head);
  const width = kind.width(head);
  return `${head.name}, ${
    width > 1 ? `one of ${width} ${head.kind}` : kind.expected(head)
  }`;
}

/** The data it learnt from. */
export function datasetFacts({ dataset }: RunReport): Facts {
  const { train, validation, test } = dataset.split;
  const share = (count: number) =>
    `${formatCount(count)} (${formatPercent(count / dataset.images)})`;
  return [
    ["Data", dataset.description],
    ["Licence", dataset.licence],
    ["Images", formatCount(dataset.images)],
    [
      "Split",
      `${share(train)} training, ${share(validation)} validation, ${
        share(test)
      } test; by ${dataset.strategy}`,
    ],
    ["Hash", dataset.hash],
  ];
}

/** All facts, with the command on top. */
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
