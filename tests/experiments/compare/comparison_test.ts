import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type ComparisonData,
  countTrials,
  runComparison,
} from "../../../src/experiments/compare/comparison.ts";
import {
  comparisonCharts,
  renderComparison,
} from "../../../src/experiments/compare/report.ts";
import {
  descriptorLength,
  descriptorParts,
  PREPROCESSING,
} from "../../../src/image/descriptor.ts";
import type { Examples } from "../../../src/model/examples.ts";
import {
  assertChartsFit,
  assertSelfContained,
  assertWellFormed,
} from "../../report/page.ts";
import { fourHeadExamples, patternExamples } from "../../train/examples.ts";
import { rowsOf } from "./material.ts";

/** Everything at the smallest size at which there is something to compare. */
function smallData(
  examplesOf: (inputs: number) => Examples,
): ComparisonData {
  const preprocessing = {
    ...PREPROCESSING,
    size: 16,
    radii: [1],
    cells: 2,
    grid: 2,
    colorLevels: 2,
  };
  const inputs = descriptorLength(preprocessing);
  const examples = {
    ...examplesOf(inputs),
    preprocessing,
    parts: descriptorParts(preprocessing),
    hash: "c0ffee",
  };
  const rows = rowsOf(examples.length);
  return {
    described: examples,
    raw: examplesOf(12),
    blocks: rows,
    random: rows,
    seed: 0,
  };
}

/** Two heads of classes with names that a page has to escape. */
const twoHeads = (inputs: number) =>
  patternExamples(
    {
      inputs,
      domains: ["here", "<there>"],
      items: ["mug", "pen", "<script>"],
    },
    10,
  );

const timeless = (value: unknown) =>
  JSON.parse(
    JSON.stringify(
      value,
      (key, each) => /seconds/i.test(key) ? undefined : each,
    ),
  );

Deno.test("a whole comparison makes one page and a chart for every image, and but for its times the same again", async () => {
  const seen: [number, string][] = [];
  const data = smallData(twoHeads);
  const comparison = await runComparison(data, {
    onTrial: (done, part) => void seen.push([done, part]),
  });
  assertEquals(
    seen.map(([done]) => done),
    Array.from({ length: countTrials(data.described.heads) }, (_, i) => i + 1),
  );
  const html = renderComparison(comparison);
  assertWellFormed(html);
  assertSelfContained(html);
  assertChartsFit(html);
  for (
    const section of [
      "bowl",
      "saddle",
      "well",
      "optimizers",
      "heads",
      "bias",
      "memory",
      "book",
    ]
  ) assertStringIncludes(html, `<section id="${section}">`);
  assertStringIncludes(
    html,
    "60 images with labels for domain (2 classes), item (3 classes)",
  );
  assertEquals(Object.keys(comparisonCharts(comparison)), [
    "bowl",
    "saddle",
    "double-well",
    "optimizers",
    "heads",
    "bias-correction",
    "memory",
    "book",
  ]);
  assertEquals(timeless(await runComparison(data)), timeless(comparison));
});

Deno.test("a comparison of heads of three kinds shows every head", async () => {
  const data = smallData((inputs) =>
    fourHeadExamples(inputs, 8, { noise: 60 })
  );
  const html = renderComparison(await runComparison(data));
  assertWellFormed(html);
  assertChartsFit(html);
  for (
    const part of [
      "domain (2 classes), item (4 classes), early (yes or no), brightness (number, cm)",
      "domain accuracy",
      "item accuracy",
      "early accuracy",
      "brightness R²",
      "combinations of domain and item",
    ]
  ) assertStringIncludes(html, part);
});

Deno.test("a comparison of one head of a number says what it leaves out", async () => {
  const data = smallData((inputs) => {
    const { heads, labelOf, ...examples } = fourHeadExamples(inputs, 8, {
      noise: 60,
    });
    return {
      ...examples,
      heads: [heads[3]!],
      labelOf: (row) => labelOf(row, 3),
    };
  });
  const comparison = await runComparison(data);
  const html = renderComparison(comparison);
  assertWellFormed(html);
  assertStringIncludes(html, "labels of one head only, brightness");
  assert(!("heads" in comparisonCharts(comparison)));
});
