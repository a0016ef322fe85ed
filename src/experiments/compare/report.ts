/** The comparisons as one HTML report, and the charts that stand by themselves. @module */

import { sheet } from "../../report/chart/sheet.ts";
import { formatCount, formatDuration } from "../../report/format.ts";
import { type Markup, markup } from "../../report/markup.ts";
import { renderPage } from "../../report/page.ts";
import { headsInWords } from "../words.ts";
import type { Comparison } from "./comparison.ts";
import {
  biasChart,
  biasCorrectionSection,
  largestStepChart,
  signalChart,
} from "./sections/bias_correction.ts";
import { bookChart, bookSection } from "./sections/book.ts";
import { bowlSection, bowlSheet } from "./sections/bowl.ts";
import { doubleWellSection, doubleWellSheet } from "./sections/double_well.ts";
import { headsChart, headsSection } from "./sections/heads.ts";
import { memoryChart, memorySection } from "./sections/memory.ts";
import { lossChart, optimizerSection } from "./sections/optimizers.ts";
import { saddleSection, saddleSheet } from "./sections/saddle.ts";

/** The report as one self-contained HTML document. */
export function renderComparison(comparison: Comparison): string {
  const { hidden, dataset: { heads } } = comparison;
  return renderPage("Comparisons", lead(comparison), [
    {
      id: "bowl",
      heading: "Nine ways down a bowl",
      content: bowlSection(comparison.bowl),
    },
    {
      id: "saddle",
      heading: "Along a ridge to a saddle",
      content: saddleSection(comparison.saddle),
    },
    {
      id: "well",
      heading: "Into a shallow minimum",
      content: doubleWellSection(comparison.doubleWell),
    },
    {
      id: "optimizers",
      heading: "The optimizers on images",
      content: optimizerSection(
        heads,
        comparison.optimizers,
        hidden.optimizers,
      ),
    },
    {
      id: "heads",
      heading: "One network or several",
      content: headsSection(heads, comparison.heads, hidden.heads),
    },
    {
      id: "bias",
      heading: "Bias correction",
      content: biasCorrectionSection(comparison.biasCorrection),
    },
    {
      id: "memory",
      heading: "Memory",
      content: memorySection(comparison.memory, hidden.memory),
    },
    {
      id: "book",
      heading: "The book's network and ours",
      content: bookSection(heads, comparison.book),
    },
  ]);
}

function lead({ dataset, seed, seconds }: Comparison): Markup {
  return markup`<p>${formatCount(dataset.images)} images with labels for ${
    headsInWords(dataset.heads)
  }: ${formatCount(dataset.train)} to train on and ${
    formatCount(dataset.test)
  } to test on, in blocks of neighbouring images unless a section says otherwise. Seed ${seed}; training took ${
    formatDuration(seconds)
  } on one core. Dataset <code>${dataset.hash}</code>.</p>`;
}

/** Charts that are worth an image of their own, by name. */
export function comparisonCharts(
  comparison: Comparison,
): Readonly<Record<string, Markup>> {
  const { dataset, optimizers, heads, biasCorrection, memory, book } =
    comparison;
  return {
    bowl: bowlSheet(comparison.bowl),
    saddle: saddleSheet(comparison.saddle),
    "double-well": doubleWellSheet(comparison.doubleWell),
    optimizers: lossChart(optimizers),
    ...(heads.length > 0 && { heads: headsChart(dataset.heads, heads) }),
    "bias-correction": sheet(
      "Adam with and without bias correction",
      [biasChart, largestStepChart, signalChart].flatMap((chart) =>
        biasCorrection.map(chart)
      ),
      biasCorrection.length,
    ),
    memory: memoryChart(memory),
    book: bookChart(dataset.heads, book),
  };
}
