/** The model card: what a person should know before using a weights file. @module */

import { kindOf } from "../heads/kinds.ts";
import { cardMetrics } from "./card_metrics.ts";
import { formatCount, formatDuration, formatMany } from "./format.ts";
import {
  codeBlock,
  escapeMarkdown,
  markdownTable,
  nestHeadings,
} from "./markdown.ts";
import { fewImages } from "./metrics.ts";
import { judgedSet, type RunReport } from "./run.ts";
import {
  datasetFacts,
  type Facts,
  headInWords,
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
    "## Metrics",
    judged === undefined
      ? "No images were held out: nothing is known of how well this model does on new ones."
      : cardMetrics(run, judged),
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

function introduction({ sizes: { heads }, plan: { from } }: RunReport): string {
  const answers = heads.map((head) => escapeMarkdown(headInWords(head)));
  return `A multilayer perceptron with ${
    formatMany(heads.length, "head")
  } on one trunk. For one image it answers: ${
    answers.join("; ")
  }. It sees a hand-made descriptor of the image and ${
    from === undefined
      ? "was trained from random weights: no pretrained network is part of it"
      : `has the trunk of another model, ${
        from.trunk === "frozen" ? "as it was there" : "trained further"
      }: what is said there of its data and limits holds here too`
  }. The file holds the preprocessing, the labels and the optimizer's moments too, so that it can go on learning.`;
}

function tensors({ sizes }: RunReport): string {
  const all = "The file is in the safetensors format, with PyTorch's names";
  return sizes.hidden.length === 0
    ? `${all}; every weight is a 32-bit float.`
    : `${all}. The first layer was rounded when training was finished, and the metrics above are those of the rounded model: \`trunk.0.weight\` holds bytes (I8) and \`trunk.0.weight.scale\` one factor per row; the weight is \`weight.float() * scale[:, None]\`. Every other weight is a 32-bit float.`;
}

function limits(run: RunReport): string {
  const { sizes: { heads }, dataset, crossValidation } = run;
  const judged = judgedSet(run)?.evaluation.metrics.images;
  const few = judged === undefined ? undefined : fewImages(judged);
  return [
    ...(few === undefined
      ? []
      : [`Its metrics rest on ${few}: chance decides much of them.`]),
    ...heads.flatMap((head) => {
      const classes = kindOf(head).width(head);
      return classes === 1 ? [] : [
        `Its ${
          escapeMarkdown(head.name)
        } head knows ${classes} ${head.kind} and no others: an image of anything else is called one of them, sometimes with confidence.`,
      ];
    }),
    "It looks at the image as a whole, as if one thing filled it. It neither finds things nor counts them.",
    `Its metrics hold for images like those it was trained on (${
      escapeMarkdown(dataset.description.replace(/\.$/, ""))
    }). Images of another kind will do worse, and its answers will then promise too much.`,
    ...(dataset.split.validation === 0 && crossValidation === undefined
      ? [
        "No validation images were set aside: its answers are not calibrated.",
      ]
      : []),
    "It was not made to recognize people, and no decision about a person should rest on it.",
  ].map((line) => `- ${line}`).join("\n");
}

function labels({ sizes: { heads } }: RunReport): string {
  return heads.map((head) =>
    `- ${escapeMarkdown(head.name)}: ${
      escapeMarkdown(kindOf(head).expected(head))
    }`
  ).join("\n");
}

/** Markdown that someone else wrote, as a section of the card. */
function appendix(text: string): string {
  const section = nestHeadings(text.trim(), 2);
  return section.startsWith("#") ? section : `## Appendix\n\n${section}`;
}

function factTable(facts: Facts): string {
  return markdownTable(["", ""], facts);
}
