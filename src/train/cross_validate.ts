/**
 * Cross-validation: every picture is judged by a model that was trained by the
 * same plan without it and its neighbours. Where pictures are few, this says
 * more of the recipe than one small held-out set does, and the calibration that
 * fits all these answers is nearer to the one that new pictures need.
 *
 * @module
 */

import type { Kernels } from "../kernels/mod.ts";
import { calibrated, fitCalibration } from "./calibrate.ts";
import type { CompositeLogits, HeadLogits } from "./evaluate.ts";
import type { Outcome } from "./finish.ts";
import type { Rows } from "./plan.ts";

/**
 * Trains one model for each fold and pools what they say of the folds they have
 * not seen, fold after fold.
 *
 * @returns The logits, or the outcome of the first run that did not finish, if one did not.
 */
export async function crossValidate(
  { train, validation, folds = [] }: Rows,
  run: (rows: Rows, fold: number) => Promise<Outcome>,
): Promise<CompositeLogits | Outcome> {
  const parts: CompositeLogits[] = [];
  for (const [index, fold] of folds.entries()) {
    const outcome = await run({
      train: without(train, fold),
      validation: without(validation, fold),
      test: fold,
    }, index);
    if (outcome.ended !== "finished") return outcome;
    parts.push(outcome.testLogits!);
  }
  return pool(parts);
}

/**
 * Calibrates the pooled logits of a cross-validation, those of each fold by what
 * fits all others: nothing is judged by what was fitted on it.
 */
export function calibrateFolds(
  kernels: Kernels,
  pooled: CompositeLogits,
  folds: readonly Uint32Array[],
): CompositeLogits {
  let start = 0;
  return pool(folds.map(({ length }) => {
    const end = start + length;
    const others = [part(pooled, 0, start), part(pooled, end)];
    const calibration = fitCalibration(kernels, pool(others));
    const own = calibrated(part(pooled, start, end), calibration);
    start = end;
    return own;
  }));
}

function part(
  { domain, item }: CompositeLogits,
  start: number,
  end?: number,
): CompositeLogits {
  const of = ({ logits, classes, labels }: HeadLogits): HeadLogits => ({
    classes,
    labels: labels.subarray(start, end),
    logits: logits.subarray(start * classes, end && end * classes),
  });
  return { domain: of(domain), item: of(item) };
}

function pool(parts: readonly CompositeLogits[]): CompositeLogits {
  return {
    domain: joined(parts.map(({ domain }) => domain)),
    item: joined(parts.map(({ item }) => item)),
  };
}

function without(rows: Uint32Array, fold: Uint32Array): Uint32Array {
  const left = new Set(fold);
  return rows.filter((row) => !left.has(row));
}

function joined(heads: readonly HeadLogits[]): HeadLogits {
  const [{ classes }] = heads as [HeadLogits];
  return {
    classes,
    logits: Float32Array.from(heads.flatMap(({ logits }) => [...logits])),
    labels: Int32Array.from(heads.flatMap(({ labels }) => [...labels])),
  };
}
