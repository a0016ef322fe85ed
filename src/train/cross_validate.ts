/**
 * Cross-validation: every image is judged by a model that was trained by the
 * same plan without it and its neighbours. Where images are few, this says
 * more of the recipe than one small held-out set does, and the calibration that
 * fits all these answers is nearer to the one that new images need.
 *
 * @module
 */

import type { HeadOutputs } from "../heads/head.ts";
import type { HeadSpec } from "../heads/kinds.ts";
import type { Kernels } from "../kernels/mod.ts";
import { calibratedOutputs, fitCalibration } from "./metrics.ts";
import type { Outcome } from "./outcome.ts";
import type { Rows } from "./plan.ts";

/**
 * Trains one model for each fold and pools what they say of the folds they have
 * not seen, fold after fold.
 *
 * @returns The outputs, or the outcome of the first run that did not finish, if one did not.
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
  return pool(parts);
}

/**
 * Calibrates the pooled outputs of a cross-validation, those of each fold by what
 * fits all others: nothing is judged by what was fitted on it.
 */
export function calibrateFolds(
  kernels: Kernels,
  heads: readonly HeadSpec[],
  pooled: readonly HeadOutputs[],
  folds: readonly Uint32Array[],
): HeadOutputs[] {
  let start = 0;
  return pool(folds.map(({ length }) => {
    const end = start + length;
    const others = [part(pooled, 0, start), part(pooled, end)];
    const calibration = fitCalibration(kernels, heads, pool(others));
    const own = calibratedOutputs(
      heads,
      part(pooled, start, end),
      calibration,
    );
    start = end;
    return own;
  }));
}

/** The outputs of examples `start` … `end` − 1. */
function part(
  outputs: readonly HeadOutputs[],
  start: number,
  end?: number,
): HeadOutputs[] {
  return outputs.map(({ logits, width, labels }) => ({
    width,
    labels: labels.subarray(start, end),
    logits: logits.subarray(start * width, end && end * width),
  }));
}

/** The outputs of all parts, one after the other. */
function pool(parts: readonly (readonly HeadOutputs[])[]): HeadOutputs[] {
  return parts[0]!.map(({ width }, h) => ({
    width,
    logits: Float32Array.from(parts.flatMap((part) => [...part[h]!.logits])),
    labels: Float64Array.from(parts.flatMap((part) => [...part[h]!.labels])),
  }));
}

function without(rows: Uint32Array, fold: Uint32Array): Uint32Array {
  const left = new Set(fold);
  return rows.filter((row) => !left.has(row));
}
