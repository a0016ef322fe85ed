/** From a finished run to what its report and its model card are written from. @module */

import type { Dataset } from "../data/dataset.ts";
import { ImageError } from "../errors.ts";
import { isKnown } from "../heads/head.ts";
import { formatPercent, formatQuantity } from "../report/format.ts";
import { formatLabel, withUnit } from "../report/metrics.ts";
import {
  answersOf,
  type HeadAnswers,
  type JudgedSet,
  judgedSet,
  type Mistake,
  type RunReport,
} from "../report/run.ts";
import type { Outcome } from "../train/outcome.ts";
import { type Rows, splitInWords } from "../train/plan.ts";
import { preprocessingInWords } from "./preprocessing_text.ts";
import { createThumbnailer } from "./thumbnail.ts";

/** Mistakes that a report shows of each head. */
const MISTAKES = 12;

/** The licence of images that this program does not know. */
const UNKNOWN_LICENCE =
  "Whoever took the images decides what may be done with them and with " +
  "this model.";
const SKETCH_LICENCE =
  "The drawings are made by this program and share its licence.";

/** Facts that a command knows beside the run itself. */
export interface RunContext {
  /** The command line. */
  readonly command: string;
  /** The folder of images; undefined for the built-in sketches. */
  readonly folder: string | undefined;
  /** The licence of the images. */
  readonly licence?: string | undefined;
  readonly weights: RunReport["weights"];
  readonly seconds: number;
  /** Markdown that the model card ends with. */
  readonly appendix?: string | undefined;
}

/** Gathers everything about a finished run; `mistakes` says whether to show the images of mistakes. */
export async function gatherRun(
  { state, record, validation, test, crossValidation }: Outcome,
  dataset: Dataset,
  rows: Rows,
  context: RunContext,
  mistakes: boolean,
): Promise<RunReport> {
  const { plan } = record;
  const judgements = {
    ...(test && { test }),
    ...(crossValidation && { crossValidation }),
    ...(validation && { validation }),
  };
  const judged = judgedSet(judgements);
  return {
    command: context.command,
    sizes: state.sizes,
    preprocessing: preprocessingInWords(state.preprocessing),
    plan,
    dataset: summaryOf(dataset, rows, plan.split, context),
    history: record.history,
    keptEpoch: plan.recipe.keep === "best" && record.best !== undefined
      ? record.best.epoch
      : record.history.length,
    calibration: state.calibration,
    ...judgements,
    mistakes: judged && mistakes
      ? await worstMistakes(
        answersOf(judged.evaluation, state.calibration),
        judgedRows(judged.set, rows),
        dataset,
      )
      : [],
    weights: context.weights,
    step: record.step,
    seconds: context.seconds,
    ...(context.appendix !== undefined && { appendix: context.appendix }),
  };
}

function summaryOf(
  { examples, warnings }: Dataset,
  { train, validation, test }: Rows,
  split: string,
  { folder, licence }: RunContext,
): RunReport["dataset"] {
  return {
    description: folder === undefined
      ? "The built-in sketches."
      : `Images of the folder ${folder}.`,
    licence: licence ??
      (folder === undefined ? SKETCH_LICENCE : UNKNOWN_LICENCE),
    hash: examples.hash,
    images: examples.length,
    split: {
      train: train.length,
      validation: validation.length,
      test: test.length,
    },
    strategy: splitInWords(split),
    warnings,
  };
}

/** The rows of the dataset behind the answers of a set, in their order. */
function judgedRows(set: JudgedSet["set"], rows: Rows): readonly number[] {
  if (set !== "crossValidation") return [...rows[set]];
  return (rows.folds ?? []).flatMap((fold) => [...fold]);
}

/** The images on which each head was surest and wrong, or farthest off. */
async function worstMistakes(
  heads: readonly HeadAnswers[],
  rows: readonly number[],
  dataset: Dataset,
): Promise<Mistake[]> {
  const thumbnail = await createThumbnailer();
  const mistakes: Mistake[] = [];
  for (const answers of heads) {
    const { head, labels, calibrated: { predicted } } = answers;
    for (const n of worstAnswers(answers)) {
      const row = rows[n]!;
      mistakes.push({
        id: dataset.idOf(row),
        image: await thumbnail(dataset.originOf(row)).catch(unlessRemoved),
        head: head.name,
        truth: formatLabel(head, labels[n]!),
        predicted: formatLabel(head, predicted[n]!),
        note: howWrong(answers, n),
      });
    }
  }
  return mistakes;
}

/** A report without an image that was removed, or damaged, since it was described, is better than none. */
function unlessRemoved(error: unknown): undefined {
  if (!(error instanceof ImageError)) throw error;
}

/** The positions of the worst answers of one head, the worst first. */
function worstAnswers(
  { labels, calibrated: { predicted, confidence } }: HeadAnswers,
): number[] {
  const weightOf = (n: number) =>
    confidence?.[n] ?? Math.abs(predicted[n]! - labels[n]!);
  return [...labels.keys()]
    .filter((n) => isKnown(labels[n]!) && predicted[n] !== labels[n])
    .sort((a, b) => weightOf(b) - weightOf(a) || a - b)
    .slice(0, MISTAKES);
}

function howWrong(
  { head, labels, calibrated: { predicted, confidence } }: HeadAnswers,
  n: number,
): string {
  if (confidence !== undefined) {
    return `${formatPercent(confidence[n]!, 0)} sure`;
  }
  const distance = formatQuantity(Math.abs(predicted[n]! - labels[n]!));
  return `off by ${withUnit(head, distance)}`;
}
