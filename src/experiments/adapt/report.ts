/** A comparison of ways to adapt, as a page and as a table. @module */

import { lineChart, type Series } from "../../report/chart/line.ts";
import {
  formatCount,
  formatDuration,
  formatMany,
  formatPercent,
} from "../../report/format.ts";
import { markdownTable } from "../../report/markdown.ts";
import { type Content, type Markup, markup } from "../../report/markup.ts";
import { figure, renderPage, table } from "../../report/page.ts";
import { mean, standardDeviation } from "../statistics.ts";
import type { Adaptation, Point } from "./adaptation.ts";
import { PUBLISHED_SHOTS, publishedOf, WAYS } from "./ways.ts";

/** The ways with their accuracies, and what was published, as Markdown. */
export function adaptationTable(
  adaptation: Adaptation,
  shots: number,
): string {
  const { source, target, head } = adaptation;
  return [
    `${source} → ${target}: ${head} by ${formatMany(shots, "shot")}`,
    countsInWords(adaptation, shots),
    markdownTable(["", "accuracy"], accuracyRows(adaptation, shots)),
  ].join("\n\n");
}

/** The page: the ways side by side, and their curves over the shots. */
export function renderAdaptation(
  adaptation: Adaptation,
  shots: number,
  command: string,
): string {
  const { source, target, dataset, seconds } = adaptation;
  const lead = markup`<p>${
    countsInWords(adaptation, shots)
  } The whole comparison took ${
    formatDuration(seconds)
  }. Dataset <code>${dataset.hash}</code>.</p><p><code>${command}</code></p>`;
  return renderPage(`From ${source} to ${target}`, lead, [
    {
      id: "ways",
      heading: `By ${formatMany(shots, "labelled image")} of each class`,
      content: waysSection(adaptation, shots),
    },
    {
      id: "curve",
      heading: "By how many images",
      content: curveSection(adaptation),
    },
  ]);
}

function waysSection(adaptation: Adaptation, shots: number): Content {
  return [
    markup`<ul>${
      WAYS.map(({ name, meaning }) =>
        markup`<li><b>${name}</b>: ${meaning}</li>`
      )
    }</ul>`,
    table(
      `Accuracy on the other images of ${adaptation.target}: mean ± standard deviation over the draws`,
      ["Method", "Accuracy"],
      accuracyRows(adaptation, shots),
    ),
  ];
}

function curveSection(adaptation: Adaptation): Content {
  const { points, target } = adaptation;
  return figure(
    curveChart(adaptation),
    `Means over ${
      formatMany(adaptation.draws, "draw")
    }. Without a labelled image, corrections and joint training leave the model as it was trained on the source.`,
    table(
      `Accuracy on the other images of ${target}`,
      ["Labelled images of each class", ...WAYS.map(({ name }) => name)],
      points.map((point) => [
        String(point.shots),
        ...WAYS.map(({ name }) => spread(point, name)),
      ]),
    ),
  );
}

function curveChart({ source, target, points }: Adaptation): Markup {
  const ways = WAYS.map(({ name }, n): Series => ({
    name,
    points: points.map((point) => [point.shots, accuracy(point, name)]),
    colour: n + 1,
  }));
  const published = publishedOf(source, target).map((
    { name, accuracy },
    n,
  ): Series => ({
    name: `${name} (published)`,
    points: [[PUBLISHED_SHOTS, accuracy]],
    colour: WAYS.length + n + 1,
  }));
  return lineChart({
    title: `From ${source} to ${target}`,
    description: points.map((point) =>
      `${formatMany(point.shots, "shot")}: ${
        WAYS.map(({ name }) =>
          `${name} ${formatPercent(accuracy(point, name))}`
        )
          .join(", ")
      }.`
    ).join(" "),
    x: { name: "Labelled target images of each class", low: 0 },
    y: {
      name: "Accuracy",
      format: (value) => formatPercent(value, 0),
    },
    series: [...ways, ...published],
    width: 760,
    height: 420,
  });
}

/** Rows of names and accuracies, the published ones last. */
function accuracyRows(
  { source, target, points }: Adaptation,
  shots: number,
): [string, string][] {
  const point = points.find((each) => each.shots === shots)!;
  const own = WAYS.map(({ name }): [string, string] => [
    name,
    spread(point, name),
  ]);
  if (shots !== PUBLISHED_SHOTS) return own;
  const published = publishedOf(source, target).map((
    { name, source, accuracy },
  ): [string, string] => [`${name}: ${source}`, formatPercent(accuracy)]);
  return [...own, ...published];
}

function countsInWords(
  { points, sourceImages, source, target, draws }: Adaptation,
  shots: number,
): string {
  const { labelled, test } = points.find((each) => each.shots === shots)!;
  return `${formatMany(draws, "draw")} of ${
    formatMany(sourceImages, "image")
  } from ${source} and ${
    formatCount(labelled)
  } labelled ones from ${target}, judged by the ${
    formatCount(test)
  } others of ${target}.`;
}

function accuracy({ accuracies }: Point, way: string): number {
  return mean(accuracies[way]!);
}

/** "65.0% ± 1.2". */
function spread(point: Point, way: string): string {
  const deviation = standardDeviation(point.accuracies[way]!);
  const center = formatPercent(accuracy(point, way));
  return Number.isFinite(deviation)
    ? `${center} ± ${(100 * deviation).toFixed(1)}`
    : center;
}
