/** The model card: what a person should know before using a weights file. @module */

import { formatCount, formatDuration, formatPercent } from "./format.ts";
import {
  codeBlock,
  escapeMarkdown,
  markdownTable,
  nestHeadings,
} from "./markdown.ts";
import {
  calibrationSet,
  type HeldOut,
  type JudgedSet,
  judgedSet,
  type RunReport,
} from "./run.ts";
import { domainAccuracies } from "./sections/domains.ts";
import { rightAnswers } from "./sections/overview.ts";
import {
  datasetFacts,
  type Facts,
  modelFacts,
  trainingFacts,
} from "./sections/settings.ts";

/**
 * The model card in Markdown.
 *
 * Source: Mitchell et al. 2019 for what belongs on it (arXiv:1810.03993).
 */
export function renderModelCard(run: RunReport): string {
  const judged = judgedSet(run);
  return [
    `# Model card: ${escapeMarkdown(run.weights.file)}`,
    introduction(run),
    "## Figures",
    judged === undefined
      ? "No pictures were held out: nothing is known of how well this model does on new ones."
      : figures(run, judged),
    "## Model",
    factTable(modelFacts(run)),
    tensors(run),
    "## Data",
    factTable(datasetFacts(run)),
    ...run.dataset.warnings.map((warning) => `> ${escapeMarkdown(warning)}`),
    "## Training",
    `Took ${formatDuration(run.seconds)} and ${
      formatCount(run.step)
    } steps. To do it again:`,
    codeBlock(run.command),
    factTable(trainingFacts(run)),
    "## Limits",
    limits(run),
    "## Labels",
    labels(run),
    ...(run.appendix === undefined ? [] : [appendix(run.appendix)]),
  ].join("\n\n") + "\n";
}

function introduction({ sizes }: RunReport): string {
  return `A multilayer perceptron with two heads on one trunk. For one picture it says which of ${sizes.items} items it shows, and ${
    sizes.domains === 1
      ? "gives the one domain it knows"
      : `in which of ${sizes.domains} domains it was taken`
  }. It sees hand-made descriptors of the picture and was trained from random weights: no pretrained network is part of it. The file holds the preprocessing, the labels and the optimizer's moments too, so that it can go on learning.`;
}

function figures(
  run: RunReport,
  { set, name, heldOut }: JudgedSet,
): string {
  const heads = (["item", "domain"] as const).filter((head) =>
    rightAnswers(heldOut, head).of > 0
  );
  return [
    set === "crossValidation"
      ? `On ${
        formatCount(heldOut.labels.item.length)
      } pictures, each shown to one of ${run.folds} models that were trained in the same way, the one that had seen neither it nor its neighbours:`
      : `On the ${formatCount(heldOut.labels.item.length)} ${name} pictures:`,
    markdownTable(
      [
        "Head",
        "Accuracy",
        "95% interval",
        "Loss (nats)",
        "Calibration error",
        "before calibration",
        "Temperature",
      ],
      heads.map((head) => {
        const { share, low, high } = rightAnswers(heldOut, head);
        const { loss, ece } = heldOut.calibrated[head];
        return [
          head,
          formatPercent(share),
          `${formatPercent(low)} to ${formatPercent(high)}`,
          loss.toFixed(3),
          formatPercent(ece),
          formatPercent(heldOut.uncalibrated[head].ece),
          run.calibration[head].temperature.toFixed(3),
        ];
      }),
    ),
    perDomain(run, heldOut),
    `Calibration error is the expected calibration error over 15 bins of confidence; each head's temperature, and an offset for each of its logits, were fitted on the ${
      calibrationSet(run)
    } pictures${
      heldOut === run.crossValidation
        ? ", and each fold is judged by what was fitted on the others"
        : ""
    }. A probability is softmax((logit + offset) / temperature); the file's metadata holds both.`,
  ].filter((part) => part !== "").join("\n\n");
}

function perDomain({ labels }: RunReport, heldOut: HeldOut): string {
  if (labels.domains.length < 2) return "";
  const rows = domainAccuracies(labels.domains, heldOut)
    .map(({ name, images, item, domain }) => [
      name,
      formatCount(images),
      formatPercent(item.share),
      formatPercent(domain.share),
    ]);
  return markdownTable(
    ["Domain", "Pictures", "Item accuracy", "Domain accuracy"],
    rows,
  );
}

function tensors({ sizes }: RunReport): string {
  const all = "The file is in the safetensors format, with PyTorch's names";
  return sizes.hidden.length === 0
    ? `${all}; every weight is a 32-bit float.`
    : `${all}. The first layer was rounded when training was finished, and the figures above are those of the rounded model: \`trunk.0.weight\` holds bytes (I8) and \`trunk.0.weight.scale\` one factor per row; the weight is \`weight.float() * scale[:, None]\`. Every other weight is a 32-bit float.`;
}

function limits({ sizes, dataset, crossValidation }: RunReport): string {
  return [
    `It knows ${sizes.items} items and no others: a picture of anything else is called one of them, sometimes with confidence.`,
    "It looks at the picture as a whole, as if one thing filled it. It neither finds things nor counts them.",
    `Its figures hold for pictures like those it was trained on (${
      escapeMarkdown(dataset.description)
    }). Pictures of another kind will do worse, and its probabilities will then promise too much.`,
    ...(dataset.split.validation === 0 && crossValidation === undefined
      ? [
        "No validation pictures were set aside: its probabilities are not calibrated.",
      ]
      : []),
    "It was not made to recognize people, and no decision about a person should rest on it.",
  ].map((line) => `- ${line}`).join("\n");
}

function labels({ labels: { domains, items } }: RunReport): string {
  const list = (names: readonly string[]) =>
    names.map(escapeMarkdown).join(", ");
  return `Domains: ${list(domains)}.\n\nItems: ${list(items)}.`;
}

/** What someone else wrote, as a section of the card. */
function appendix(text: string): string {
  const section = nestHeadings(text.trim(), 2);
  return section.startsWith("#") ? section : `## Appendix\n\n${section}`;
}

function factTable(facts: Facts): string {
  return markdownTable(["", ""], facts);
}
