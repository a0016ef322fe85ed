/** From a finished run to what its report and its model card are written from. @module */

import type { Dataset } from "../data/dataset.ts";
import type { Source } from "../data/source.ts";
import {
  type HeldOut,
  type JudgedSet,
  judgedSet,
  type Mistake,
  type RunReport,
} from "../report/run.ts";
import type { Outcome } from "../train/finish.ts";
import { type Rows, splitInWords } from "../train/plan.ts";
import { createThumbnailer } from "./thumbnail.ts";

/** Mistakes that a report shows. */
const MISTAKES = 24;

const DESCRIPTOR =
  "The upright picture, averaged to a square of 96 × 96 pixels, as one byte for " +
  "each of: how often gradients of two directions lie at each of eight offsets from each other, " +
  "in a grid of 3 × 3 cells; and colours and sharpness, in a grid of 2 × 2 cells.";
const MIRRORED =
  " The network sees the picture and its mirror image, and the mean of both its answers counts.";

/** What is said of data that this program does not know. */
const UNKNOWN_LICENCE =
  "Whoever took the pictures decides what may be done with them and with " +
  "this model.";
const SKETCH_LICENCE =
  "The drawings are made by this program and share its licence.";

/** What a command knows beside the run itself. */
export interface RunContext {
  /** The command line. */
  readonly command: string;
  /** The folder of pictures; undefined for the built-in sketches. */
  readonly folder: string | undefined;
  /** What the pictures' owners allow. */
  readonly licence?: string | undefined;
  readonly weights: RunReport["weights"];
  readonly seconds: number;
  /** Markdown that the model card ends with. */
  readonly appendix?: string | undefined;
}

/** Gathers everything about a finished run; `mistakes` says whether to picture them. */
export async function gatherRun(
  { state, record, validation, test, crossValidation }: Outcome,
  dataset: Dataset,
  source: Source,
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
    labels: state.labels,
    preprocessing: DESCRIPTOR + (state.preprocessing.mirrored ? MIRRORED : ""),
    recipe: plan.recipe,
    optimizer: plan.optimizer,
    dataset: {
      description: context.folder === undefined
        ? "The built-in sketches."
        : `Pictures of the folder ${context.folder}.`,
      licence: context.licence ??
        (context.folder === undefined ? SKETCH_LICENCE : UNKNOWN_LICENCE),
      hash: dataset.hash,
      images: dataset.length,
      split: {
        train: rows.train.length,
        validation: rows.validation.length,
        test: rows.test.length,
      },
      strategy: splitInWords(plan.split),
      warnings: dataset.warnings,
    },
    history: record.history,
    keptEpoch: plan.recipe.keep === "best" && record.best !== undefined
      ? record.best.epoch
      : record.history.length,
    calibration: state.calibration,
    ...judgements,
    folds: plan.folds,
    mistakes: judged && mistakes
      ? await worstMistakes(
        judged.heldOut,
        judgedRows(judged.set, rows),
        dataset,
        source,
      )
      : [],
    weights: context.weights,
    step: record.step,
    seconds: context.seconds,
    ...(context.appendix !== undefined && { appendix: context.appendix }),
  };
}

/** The rows of the dataset behind the answers of a set, in their order. */
function judgedRows(set: JudgedSet["set"], rows: Rows): readonly number[] {
  if (set !== "crossValidation") return [...rows[set]];
  return (rows.folds ?? []).flatMap((fold) => [...fold]);
}

/** The pictures whose item was wrong, most confident first. */
async function worstMistakes(
  { labels, calibrated }: HeldOut,
  rows: readonly number[],
  dataset: Dataset,
  source: Source,
): Promise<Mistake[]> {
  const origins = new Map(source.entries.map(({ id, origin }) => [id, origin]));
  const thumbnail = await createThumbnailer();
  const { predicted, confidence } = calibrated.item;
  const wrong = rows.map((row, n) => ({ row, n }))
    .filter(({ n }) => labels.item[n]! >= 0 && predicted[n] !== labels.item[n])
    .sort((a, b) => confidence[b.n]! - confidence[a.n]! || a.n - b.n)
    .slice(0, MISTAKES);
  const name = (names: readonly string[], index: number) =>
    names[index] ?? "unknown";
  return Promise.all(wrong.map(async ({ row, n }): Promise<Mistake> => ({
    id: dataset.idOf(row),
    image: await thumbnail(origins.get(dataset.idOf(row))!),
    truth: {
      domain: name(dataset.domains, labels.domain[n]!),
      item: name(dataset.items, labels.item[n]!),
    },
    predicted: {
      domain: name(dataset.domains, calibrated.domain.predicted[n]!),
      item: name(dataset.items, predicted[n]!),
    },
    confidence: confidence[n]!,
  })));
}
