/** The configuration of the book beside ours: raw pixels against descriptors. @module */

import type { Optimizer } from "../../optim/optimizer.ts";
import { adam, adamw } from "../../optim/adam.ts";
import { sgd } from "../../optim/sgd.ts";
import type { Recipe } from "../../train/plan.ts";
import { PLAIN_RECIPE } from "./recipe.ts";
import {
  decisions,
  type EpochPoint,
  type Material,
  runTrial,
  shareRight,
} from "./trial.ts";

/** One configuration's outcome. */
export interface BookResult {
  readonly name: string;
  readonly inputs: string;
  readonly hidden: readonly number[];
  readonly parameters: number;
  readonly seconds: number;
  readonly item: number;
  readonly domain: number;
  readonly epochs: readonly EpochPoint[];
}

/** Side of the book's raw pictures. */
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
  classes: { readonly domains: number; readonly items: number },
  inputs: { readonly raw: number; readonly described: number },
  seed: number,
  onTrial: () => void,
): Promise<BookResult[]> {
  const pixels = `${RAW_SIZE}×${RAW_SIZE} raw pixels`;
  const ways: [
    string,
    string,
    Material,
    number,
    number[],
    Optimizer,
    Recipe,
  ][] = [
    ["the book's, SGD", pixels, raw, inputs.raw, BOOK_HIDDEN, sgd(), {
      ...BOOK_RECIPE,
      learningRate: 0.03,
    }],
    ["the book's, Adam", pixels, raw, inputs.raw, BOOK_HIDDEN, adam(), {
      ...BOOK_RECIPE,
      learningRate: 0.0003,
    }],
    [
      "ours, AdamW",
      "descriptors",
      described,
      inputs.described,
      OUR_HIDDEN,
      adamw({ weightDecay: 0.05 }),
      OUR_RECIPE,
    ],
  ];
  const results: BookResult[] = [];
  for (
    const [name, from, material, count, hidden, optimizer, recipe] of ways
  ) {
    const trial = await runTrial(material, {
      sizes: { inputs: count, hidden, ...classes },
      optimizer,
      recipe: { ...recipe, seed },
    });
    const { item, domain } = trial.test;
    results.push({
      name,
      inputs: from,
      hidden,
      parameters: trial.parameters,
      seconds: trial.seconds,
      item: shareRight(decisions(item), item.labels),
      domain: shareRight(decisions(domain), domain.labels),
      epochs: trial.epochs,
    });
    onTrial();
  }
  return results;
}
