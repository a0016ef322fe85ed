/** The recipe that the comparisons start from: short, and with little that could hide a difference. @module */

import type { Recipe } from "../../train/plan.ts";

/** No mixing, no smoothing, no dropout, a constant learning rate. */
export const PLAIN_RECIPE: Recipe = {
  epochs: 6,
  batchSize: 64,
  learningRate: 3e-4,
  schedule: "constant",
  labelSmoothing: 0,
  inputDropout: 0,
  cellDropout: 0,
  hiddenDropout: 0,
  mixup: 0,
  maxGradientNorm: 0,
  keep: "last",
  patience: 0,
  seed: 0,
};
