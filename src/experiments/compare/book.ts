/** The configuration of the book beside ours: raw pixels against descriptors. @module */

import type { Metrics } from "../../heads/head.ts";
import { adam, adamw } from "../../optim/adam.ts";
import type { Optimizer } from "../../optim/optimizer.ts";
import { sgd } from "../../optim/sgd.ts";
import type { Recipe } from "../../train/plan.ts";
import { PLAIN_RECIPE } from "./recipe.ts";
import { type EpochPoint, type Material, runTrial } from "./trial.ts";

/** One configuration's outcome. */
export interface BookResult {
  readonly name: string;
  readonly inputs: string;
  readonly hidden: readonly number[];
  readonly parameters: number;
  readonly seconds: number;
  /** Metrics on the test images by the head's name. */
  readonly test: Readonly<Record<string, Metrics>>;
  readonly epochs: readonly EpochPoint[];
}

/** Side of the book's raw images. */
export const RAW_SIZE = 100;

/** Runs of {@linkcode compareBook}. */
export const BOOK_RUNS = 3;

const BOOK_HIDDEN = [64, 32, 10];
const BOOK_RECIPE: Recipe = { ...PLAIN_RECIPE, epochs: 15 };
const OUR_HIDDEN = [512];
const OUR_RECIPE: Recipe = {
  ...PLAIN_RECIPE,
  epochs: 20,
  schedule: "one-cycle",
  learningRate: 1e-3,
  labelSmoothing: 0.1,
  inputDropout: 0.2,
  hiddenDropout: 0.5,
  mixup: 0.4,
};

/** Trains the book's network on raw pixels, by gradient descent and by Adam, and ours on descriptors. */
export async function compareBook(
  raw: Material,
  described: Material,
  seed: number,
  onTrial: () => void,
): Promise<BookResult[]> {
  const pixels = `${RAW_SIZE}×${RAW_SIZE} raw pixels`;
  const ways: [string, string, Material, number[], Optimizer, Recipe][] = [
    ["the book's, SGD", pixels, raw, BOOK_HIDDEN, sgd(), {
      ...BOOK_RECIPE,
      learningRate: 0.03,
    }],
    ["the book's, Adam", pixels, raw, BOOK_HIDDEN, adam(), {
      ...BOOK_RECIPE,
      learningRate: 0.0003,
    }],
    [
      "ours, AdamW",
      "descriptors",
      described,
      OUR_HIDDEN,
      adamw({ weightDecay: 0.05 }),
      OUR_RECIPE,
    ],
  ];
  const results: BookResult[] = [];
  for (const [name, inputs, material, hidden, optimizer, recipe] of ways) {
    const { parameters, seconds, test, epochs } = await runTrial(material, {
      hidden,
      optimizer,
      recipe: { ...recipe, seed },
    });
    results.push({ name, inputs, hidden, parameters, seconds, test, epochs });
    onTrial();
  }
  return results;
}
