/** The training report: one HTML file that makes a person understand a run. @module */

import { renderPage } from "./page.ts";
import { judgedSet, type RunReport } from "./run.ts";
import { calibration } from "./sections/calibration.ts";
import { curves } from "./sections/curves.ts";
import { headSections } from "./sections/head.ts";
import { mistakes } from "./sections/mistakes.ts";
import { overview } from "./sections/overview.ts";
import { settings } from "./sections/settings.ts";

/**
 * The report as one self-contained HTML document: no scripts, no fonts, nothing
 * fetched; light and dark as the reader's system says; fit to print.
 *
 * @throws {TypeError} If the image of a mistake is not a base64 `data:image/…` URL.
 */
export function renderReport(run: RunReport): string {
  const judged = judgedSet(run);
  return renderPage(`Training report: ${run.weights.file}`, overview(run), [
    { id: "curves", heading: "Curves", content: curves(run) },
    ...(judged === undefined ? [] : [
      ...headSections(run, judged),
      {
        id: "calibration",
        heading: "Calibration",
        content: calibration(run, judged),
      },
      {
        id: "mistakes",
        heading: "Worst mistakes",
        content: mistakes(run.mistakes),
      },
    ]),
    { id: "settings", heading: "Settings", content: settings(run) },
  ]);
}
