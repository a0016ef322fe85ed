/** A finished training run as plain data: what the report and the model card are written from. @module */

import type { Sizes } from "../model/sizes.ts";
import type { OptimizerOptions } from "../optim/optimizer.ts";
import type { Calibration } from "../model/state.ts";
import type { Evaluation } from "../train/evaluate.ts";
import type { Recipe } from "../train/plan.ts";
import type { EpochRecord } from "../train/history.ts";

/** What the finished model said of pictures it was not trained on. */
export interface HeldOut {
  /** True classes, [N] each, `MASKED` where not known. */
  readonly labels: { readonly domain: Int32Array; readonly item: Int32Array };
  /** Of the logits as they are. */
  readonly uncalibrated: Evaluation;
  /** Of the calibrated logits. */
  readonly calibrated: Evaluation;
}

/** What the run learnt from. */
export interface DatasetSummary {
  /** One sentence for people: what these pictures are. */
  readonly description: string;
  /** What their owners allow, in a sentence. */
  readonly licence: string;
  /** Hash of the pictures and their labels. */
  readonly hash: string;
  readonly images: number;
  /** Numbers of pictures. */
  readonly split: {
    readonly train: number;
    readonly validation: number;
    readonly test: number;
  };
  /** How held-out pictures were chosen, in words, such as "blocks of neighbouring frames". */
  readonly strategy: string;
  readonly warnings: readonly string[];
}

/** A held-out picture that the model got wrong. */
export interface Mistake {
  /** Its name in the dataset. */
  readonly id: string;
  /** The picture, small, as a `data:image/…` URL. */
  readonly image: string;
  readonly truth: { readonly domain: string; readonly item: string };
  readonly predicted: { readonly domain: string; readonly item: string };
  /** Probability of the predicted item. */
  readonly confidence: number;
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
  readonly labels: {
    readonly domains: readonly string[];
    readonly items: readonly string[];
  };
  /** How a picture becomes the network's inputs, in a sentence. */
  readonly preprocessing: string;
  readonly recipe: Recipe;
  readonly optimizer: {
    readonly name: string;
    readonly options: OptimizerOptions;
  };
  readonly dataset: DatasetSummary;
  readonly history: readonly EpochRecord[];
  /** The epoch whose weights were kept. */
  readonly keptEpoch: number;
  readonly calibration: Calibration;
  /** Missing where no pictures were set aside. */
  readonly validation?: HeldOut;
  /** Missing where no pictures were set aside. */
  readonly test?: HeldOut;
  /** What models of the same plan said of the pictures they were not trained on, where that was asked for. */
  readonly crossValidation?: HeldOut;
  /** Models of the cross-validation; 0 without one. */
  readonly folds: number;
  /** Worst first. */
  readonly mistakes: readonly Mistake[];
  readonly weights: WeightsSummary;
  readonly step: number;
  readonly seconds: number;
  /** Markdown that the model card ends with. */
  readonly appendix?: string;
}

/** What a reader sees each set called. */
const SET_NAMES = {
  test: "test",
  crossValidation: "cross-validation",
  validation: "validation",
} as const;

/** A set of pictures, and what was said of them. */
export interface JudgedSet {
  readonly set: keyof typeof SET_NAMES;
  /** What a reader sees it called. */
  readonly name: string;
  readonly heldOut: HeldOut;
}

/** What a reader sees the set called that the calibration was fitted on. */
export function calibrationSet(
  { crossValidation }: Pick<RunReport, "crossValidation">,
): string {
  return SET_NAMES[crossValidation ? "crossValidation" : "validation"];
}

/**
 * The set that the figures of a run are quoted on: test pictures, else those of
 * the cross-validation, else validation pictures.
 */
export function judgedSet(
  run: Pick<RunReport, JudgedSet["set"]>,
): JudgedSet | undefined {
  for (const set of ["test", "crossValidation", "validation"] as const) {
    const heldOut = run[set];
    if (heldOut !== undefined && heldOut.labels.item.length > 0) {
      return { set, name: SET_NAMES[set], heldOut };
    }
  }
  return undefined;
}
