/**
 * Cross-validation: every image is predicted by a model that was trained by the same
 * plan without it and its neighbours. With few images, this tells more about the recipe
 * than one small held-out set, and the calibration that fits all these answers is
 * closer to the one that new images need.
 *
 * @module
 */

import type { HeadOutputs } from "../heads/head.ts";
import { joinOutputs } from "../heads/outputs.ts";
import type { Outcome } from "./outcome.ts";
import type { Rows } from "./plan.ts";

/**
 * Trains one model for each fold and pools their outputs for the folds that they have not
 * seen.
 *
 * @returns The outputs, or the outcome of the first run that did not finish, if one did
 * not.
 */
export async function crossValidate(
  { train, validation, folds = [] }: Rows,
  run: (rows: Rows, fold: number) => Promise<Outcome>,
): Promise<readonly HeadOutputs[] | Outcome> {
  const parts: (readonly HeadOutputs[])[] = [];
  for (const [index, fold] of folds.entries()) {
    const outcome = await run({
      train: without(train, fold),
      validation: without(validation, fold),
      test: fold,
    }, index);
    if (outcome.ended !== "finished") return outcome;
    parts.push(outcome.testOutputs!);
  }
  return joinOutputs(parts);
}

function without(rows: Uint32Array, fold: Uint32Array): Uint32Array {
  const left = new Set(fold);
  return rows.filter((row) => !left.has(row));
}
