/** The comparisons as one HTML report, and the charts that stand by themselves. @module */

import { sheet } from "../../report/chart/sheet.ts";
import { formatCount, formatDuration } from "../../report/format.ts";
import { type Markup, markup } from "../../report/markup.ts";
import { renderPage } from "../../report/page.ts";
import type { Comparison } from "./comparison.ts";
import {
  biasChart,
  biasCorrectionSection,
} from "./sections/bias_correction.ts";
import { bookChart, bookSection } from "./sections/book.ts";
import { bowlSection } from "./sections/bowl.ts";
import { headsChart, headsSection } from "./sections/heads.ts";
import { memoryChart, memorySection } from "./sections/memory.ts";
import { lossChart, optimizerSection } from "./sections/optimizers.ts";
import { pathChart } from "./path_chart.ts";

const PATHS_PER_ROW = 3;

/** The report as one self-contained HTML document. */
export function renderComparison(comparison: Comparison): string {
  const { hidden } = comparison;
  return renderPage("Comparisons", lead(comparison), [
    {
      id: "bowl",
      heading: "Nine ways down a bowl",
      content: bowlSection(comparison.bowl),
    },
    {
      id: "optimizers",
      heading: "The optimizers on pictures",
      content: optimizerSection(comparison.optimizers, hidden.optimizers),
    },
    {
      id: "heads",
      heading: "One network or two",
      content: headsSection(comparison.heads, hidden.heads),
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
      content: bookSection(comparison.book),
    },
  ]);
}

function lead({ dataset, seed, seconds }: Comparison): Markup {
  return markup`<p>${
    formatCount(dataset.images)
  } pictures of ${dataset.items} items in ${dataset.domains} domains: ${
    formatCount(dataset.train)
  } to train on and ${
    formatCount(dataset.test)
  } to test on, in blocks of neighbouring pictures unless a section says otherwise. Seed ${seed}; training took ${
    formatDuration(seconds)
  } on one core. Dataset <code>${dataset.hash}</code>.</p>`;
}

/** Charts that are worth a picture of their own, by name. */
export function comparisonCharts(
  comparison: Comparison,
): Readonly<Record<string, Markup>> {
  const { bowl, optimizers, heads, biasCorrection, memory, book } = comparison;
  return {
    bowl: sheet("Nine ways down a bowl", bowl.map(pathChart), PATHS_PER_ROW),
    optimizers: lossChart(optimizers),
    heads: headsChart(heads),
    "bias-correction": sheet(
      "Adam with and without bias correction",
      biasCorrection.map(biasChart),
      biasCorrection.length,
    ),
    memory: memoryChart(memory),
    book: bookChart(book),
  };
}
