/** The training report: one HTML file that makes a person understand a run. @module */

import { countConfusion } from "./counts.ts";
import { formatMany } from "./format.ts";
import { markup } from "./markup.ts";
import { renderPage, type Section } from "./page.ts";
import { type HeldOut, judgedSet, type RunReport } from "./run.ts";
import { calibration } from "./sections/calibration.ts";
import {
  type Answers,
  confusionFigure,
  mistakenPairs,
  recallFigure,
} from "./sections/classes.ts";
import { curves } from "./sections/curves.ts";
import { domainFigure } from "./sections/domains.ts";
import { mistakes } from "./sections/mistakes.ts";
import { overview } from "./sections/overview.ts";
import { settings } from "./sections/settings.ts";

/**
 * The report as one self-contained HTML document: no scripts, no fonts, nothing
 * fetched; light and dark as the reader's system says; fit to print.
 *
 * @throws {TypeError} If the picture of a mistake is not a base64 `data:image/…` URL.
 */
export function renderReport(run: RunReport): string {
  const judged = judgedSet(run);
  return renderPage(`Training report: ${run.weights.file}`, overview(run), [
    { id: "curves", heading: "Curves", content: curves(run) },
    ...(judged === undefined
      ? []
      : judgement(run, judged.name, judged.heldOut)),
    { id: "settings", heading: "Settings", content: settings(run) },
  ]);
}

function judgement(run: RunReport, set: string, heldOut: HeldOut): Section[] {
  const pictures = formatMany(heldOut.labels.item.length, `${set} picture`);
  const measured = markup`<p>Measured on ${pictures}.</p>`;
  const scaling = calibration(run, heldOut);
  return [
    { id: "items", heading: "Items", content: [measured, items(run, heldOut)] },
    ...(run.labels.domains.length > 1
      ? [{
        id: "domains",
        heading: "Domains",
        content: [measured, domains(run, heldOut)],
      }]
      : []),
    { id: "calibration", heading: "Calibration", content: [measured, scaling] },
    {
      id: "mistakes",
      heading: "Worst mistakes",
      content: mistakes(run.mistakes),
    },
  ];
}

function items(run: RunReport, heldOut: HeldOut) {
  const answers = answersOf(run, heldOut, "item");
  return [
    confusionFigure(answers),
    markup`<div class="charts">${recallFigure(answers)}<div>${
      mistakenPairs(answers)
    }</div></div>`,
  ];
}

function domains(run: RunReport, heldOut: HeldOut) {
  const answers = answersOf(run, heldOut, "domain");
  return [
    markup`<div class="charts">${domainFigure(run.labels.domains, heldOut)}${
      confusionFigure(answers)
    }</div>`,
    mistakenPairs(answers),
  ];
}

function answersOf(
  { labels, sizes }: RunReport,
  heldOut: HeldOut,
  head: "domain" | "item",
): Answers {
  const confusion = countConfusion(
    heldOut.labels[head],
    heldOut.calibrated[head].predicted,
    sizes[`${head}s`],
  );
  return { head, names: labels[`${head}s`], confusion };
}
