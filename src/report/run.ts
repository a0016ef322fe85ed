/** A finished training run as plain data: what the report and the model card are written from. @module */

import type { HeadScore } from "../heads/head.ts";
import type { HeadCalibration, HeadSpec } from "../heads/kinds.ts";
import type { Sizes } from "../model/sizes.ts";
import type { Calibration } from "../model/state.ts";
import type { EpochRecord } from "../train/epochs.ts";
import type { Evaluation } from "../train/metrics.ts";
import type { TrainingPlan } from "../train/plan.ts";

/** The images that the run learnt from. */
export interface DatasetSummary {
  /** One sentence for people: what these images are. */
  readonly description: string;
  /** The licence, in a sentence: what the images' owners allow. */
  readonly licence: string;
  /** Hash of the images and their labels. */
  readonly hash: string;
  readonly images: number;
  /** Numbers of images. */
  readonly split: {
    readonly train: number;
    readonly validation: number;
    readonly test: number;
  };
  /** The way in which held-out images were chosen, such as "blocks of neighbouring images". */
  readonly strategy: string;
  readonly warnings: readonly string[];
}

/** A wrong answer, or one that is far off, for a held-out image. */
export interface Mistake {
  /** The image's name in the dataset. */
  readonly id: string;
  /** The image, small, as a `data:image/…` URL; undefined if it is not there any more. */
  readonly image: string | undefined;
  /** Name of the head that was wrong. */
  readonly head: string;
  readonly truth: string;
  readonly predicted: string;
  /** The size of the mistake in a few words, such as "97% sure" or "off by 12 cm". */
  readonly note: string;
}

/** The file a run wrote. */
export interface WeightsSummary {
  readonly file: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Everything about one training run that a person may want to see. */
export interface RunReport {
  /** The command line, as it could be typed again. */
  readonly command: string;
  readonly sizes: Sizes;
  /** The way from an image to the network's inputs, in a sentence. */
  readonly preprocessing: string;
  readonly plan: TrainingPlan;
  readonly dataset: DatasetSummary;
  readonly history: readonly EpochRecord[];
  /** The epoch whose weights were kept. */
  readonly keptEpoch: number;
  readonly calibration: Calibration;
  /** Missing where no images were set aside. */
  readonly validation?: Evaluation;
  /** Missing where no images were set aside. */
  readonly test?: Evaluation;
  /** Answers of models of the same plan to the images they were not trained on, where that was asked for. */
  readonly crossValidation?: Evaluation;
  /** Worst first for each head, the heads in their order. */
  readonly mistakes: readonly Mistake[];
  readonly weights: WeightsSummary;
  readonly step: number;
  readonly seconds: number;
  /** Markdown that the model card ends with. */
  readonly appendix?: string;
}

/** The names under which a reader sees each set. */
const SET_NAMES = {
  test: "test",
  crossValidation: "cross-validation",
  validation: "validation",
} as const;

/** A set of images, and what was said of them. */
export interface JudgedSet {
  readonly set: keyof typeof SET_NAMES;
  /** The name under which a reader sees it. */
  readonly name: string;
  readonly evaluation: Evaluation;
}

/** The name of the set that the calibration was fitted on. */
export function calibrationSet(
  { crossValidation }: Pick<RunReport, "crossValidation">,
): string {
  return SET_NAMES[crossValidation ? "crossValidation" : "validation"];
}

/**
 * The set that the metrics of a run are quoted on: test images, else those of
 * the cross-validation, else validation images.
 */
export function judgedSet(
  run: Pick<RunReport, JudgedSet["set"]>,
): JudgedSet | undefined {
  for (const set of ["test", "crossValidation", "validation"] as const) {
    const evaluation = run[set];
    if (evaluation !== undefined && evaluation.metrics.images > 0) {
      return { set, name: SET_NAMES[set], evaluation };
    }
  }
  return undefined;
}

/** Everything one head said of a set of images. */
export interface HeadAnswers {
  readonly head: HeadSpec;
  /** True labels [N]. */
  readonly labels: Float64Array;
  readonly uncalibrated: HeadScore;
  readonly calibrated: HeadScore;
  readonly calibration: HeadCalibration;
}

/** The answers head by head, in the heads' order. */
export function answersOf(
  { heads, labels, uncalibrated, calibrated }: Evaluation,
  calibration: Calibration,
): HeadAnswers[] {
  return heads.map((head, h) => ({
    head,
    labels: labels[h]!,
    uncalibrated: uncalibrated[h]!,
    calibrated: calibrated[h]!,
    calibration: calibration[head.name]!,
  }));
}
