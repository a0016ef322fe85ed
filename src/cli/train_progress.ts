/** A training run with its progress on stderr. @module */

import type { HeadSpec } from "../heads/kinds.ts";
import type { Examples } from "../model/examples.ts";
import type { ModelState } from "../model/state.ts";
import { formatPercent } from "../report/format.ts";
import { mainMetric } from "../report/metrics.ts";
import { type EpochSums, meanScore } from "../train/epochs.ts";
import type { Progress } from "../train/fit.ts";
import type { Origin } from "../train/origin.ts";
import type { Outcome } from "../train/outcome.ts";
import type { Rows, TrainingPlan } from "../train/plan.ts";
import { runTraining } from "../train/run.ts";
import { type ProgressBar, startProgress } from "./progress.ts";

/** Trains, with a bar for the run and one for each fold of its cross-validation. */
export async function trainWithProgress(
  examples: Examples,
  rows: Rows,
  plan: TrainingPlan,
  { resumed, from }: {
    readonly resumed: ModelState | undefined;
    readonly from: Origin | undefined;
  },
  threads: number,
  signal: AbortSignal,
): Promise<Outcome> {
  let bar: ProgressBar | undefined;
  let title = "Training";
  let started = { time: 0, images: 0 };
  try {
    return await runTraining(examples, rows, plan, resumed, {
      ...(from && { from }),
      signal,
      threads,
      onStep(progress, sums) {
        if (bar === undefined) {
          bar = startProgress(title, progress.steps);
          started = { time: performance.now(), images: progress.images };
        }
        const seconds = (performance.now() - started.time) / 1000;
        const images = progress.images - started.images;
        bar.update(
          progress.step,
          stepNotes(examples.heads, progress, sums),
          [
            `epoch ${progress.epoch}`,
            ...(images > 0
              ? [`${(images / seconds).toFixed(0)} images/s`]
              : []),
          ],
        );
      },
      onFold(fold) {
        bar?.stop();
        bar = undefined;
        title = `Fold ${fold + 1}/${plan.folds}`;
      },
    });
  } finally {
    bar?.stop();
  }
}

/** The loss of a step, and the mean score of each head in the epoch so far. */
export function stepNotes(
  heads: readonly HeadSpec[],
  { losses }: Pick<Progress, "losses">,
  sums: EpochSums,
): string[] {
  const scores = heads.map((head, h) => {
    const score = meanScore(sums, h);
    if (Number.isNaN(score)) return `${head.name} –`;
    return `${head.name} ${
      mainMetric(head).style === "percent"
        ? formatPercent(score, 0)
        : score.toFixed(2)
    }`;
  });
  return [`loss ${losses.total.toPrecision(3)}`, ...scores];
}
