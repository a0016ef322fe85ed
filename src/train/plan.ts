/** The plan of a training run, and a checkpoint's record of it. @module */

import type { OptimizerOptions } from "../optim/optimizer.ts";
import type { Schedule } from "../optim/schedule.ts";
import type { BestEpoch, EpochRecord, EpochSums, KEEP } from "./epochs.ts";
import type { SetMetrics } from "./metrics.ts";

/** The choices for a trunk that was taken from another model. */
export const TRUNKS = ["frozen", "tuned"] as const;

/** The rows of each part of a split. */
export interface Rows {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
  readonly test: Uint32Array;
  /** Parts of the rows that are not test rows; for each, a model is trained without it and evaluated on it. */
  readonly folds?: readonly Uint32Array[];
}

/** The recipe of a training run. */
export interface Recipe {
  readonly epochs: number;
  readonly batchSize: number;
  /** Peak learning rate. */
  readonly learningRate: number;
  readonly schedule: Schedule;
  /** ε of label smoothing, in [0, 1). */
  readonly labelSmoothing: number;
  /** Probability that an input is dropped, in [0, 1). */
  readonly inputDropout: number;
  /** Probability that all inputs of one cell are dropped together, in [0, 1). */
  readonly cellDropout: number;
  /** Probability that a trunk unit is dropped, in [0, 1). */
  readonly hiddenDropout: number;
  /** α of mixup's Beta(α, α), in [0, 1]; 0 mixes nothing. */
  readonly mixup: number;
  /** Bound on the gradient's global norm; 0 leaves it alone. */
  readonly maxGradientNorm: number;
  /** The epoch whose weights the run ends with: the last, or the best on the validation images. */
  readonly keep: typeof KEEP[number];
  /** Epochs without a better one after which the run ends; 0 runs them all. */
  readonly patience: number;
  readonly seed: number;
}

/** Everything besides the data that determines the outcome. */
export interface TrainingPlan {
  /** Widths of the trunk. */
  readonly hidden: readonly number[];
  readonly optimizer: {
    readonly name: string;
    readonly options: OptimizerOptions;
  };
  readonly recipe: Recipe;
  /** wₕ of the heads' losses by name, in L = Σ wₕ·Lₕ; 1 where there is none. */
  readonly headWeights: Readonly<Record<string, number>>;
  /** The split of the rows, such as "80/5/15 blocks", for the record. */
  readonly split: string;
  /** Folds of the cross-validation; 0 for none. */
  readonly folds: number;
  /** The model whose trunk the training begins with, where it does. */
  readonly from?: {
    /** Whether the trunk stays frozen, or is trained further. */
    readonly trunk: typeof TRUNKS[number];
    /** Sha-256 of the model's file. */
    readonly sha256: string;
  };
}

/** Says in words how a plan's split draws its rows. */
export function splitInWords(split: string): string {
  return split.endsWith("blocks")
    ? "blocks of neighbouring images"
    : "single images";
}

/** A checkpoint's record of its own training. */
export interface TrainingRecord {
  readonly plan: TrainingPlan;
  readonly dataset: { readonly hash: string; readonly images: number };
  /** Steps taken, of how many. */
  readonly step: number;
  readonly steps: number;
  readonly history: readonly EpochRecord[];
  /** Sums of the unfinished epoch. */
  readonly sums: EpochSums;
  /** The best epoch so far, where the plan asks for it. */
  readonly best?: BestEpoch;
  /** Metrics of the finished model. */
  readonly metrics?: {
    readonly validation?: SetMetrics;
    readonly test?: SetMetrics;
    /** Metrics of models trained by the same plan, each evaluated on the fold that it has not seen. */
    readonly crossValidation?: SetMetrics;
  };
}
