/** Weights files as the commands use them. @module */

import { encodeSafetensors } from "../checkpoint/safetensors.ts";
import { openSafetensors, writeFileAtomically } from "../checkpoint/file.ts";
import { fileError } from "../checkpoint/file_error.ts";
import { readKnown, withKnown } from "../checkpoint/known_file.ts";
import { tensorsOf } from "../checkpoint/state.ts";
import {
  readModel,
  readServingModel,
  readState,
} from "../checkpoint/state_reader.ts";
import { sha256 } from "../model/bits.ts";
import { CheckpointError } from "../errors.ts";
import {
  loadParameters,
  type ModelState,
  rowsPerImage,
  type ServingModel,
} from "../model/state.ts";
import { readWeights, type Weights } from "../service/weights.ts";
import { createEvaluator, type Evaluator } from "../train/trainer.ts";
import { isSystemError } from "./command.ts";

/** Reads a model and puts it into memory, ready for batches of up to `batchSize` rows. */
export async function loadEvaluator(
  file: string | URL,
  batchSize: number,
): Promise<{ model: ModelState; evaluator: Evaluator }> {
  return await evaluatorOf(await withFile(file, readModel), batchSize);
}

/** Puts a model into memory, ready for batches of up to `batchSize` rows. */
export async function evaluatorOf(
  model: ModelState,
  batchSize: number,
): Promise<{ model: ModelState; evaluator: Evaluator }> {
  const evaluator = await createEvaluator(
    model.sizes,
    batchSize,
    rowsPerImage(model),
  );
  loadParameters(evaluator.network, model.parameters);
  evaluator.standardization.mean.set(model.standardization.mean);
  evaluator.standardization.inverseDeviation.set(
    model.standardization.inverseDeviation,
  );
  return { model, evaluator };
}

/** Reads a model to begin a training with, and its file's sha-256. */
export async function loadOrigin(
  file: string,
): Promise<{ model: ModelState; sha256: string }> {
  const model = await withFile(file, readModel);
  return { model, sha256: await sha256(await Deno.readFile(file)) };
}

/** Reads what predicting one by one needs of a weights file. */
export async function loadServingModel(
  file: string | URL,
): Promise<ServingModel> {
  const model = await withFile(file, readServingModel);
  return withKnown(model, readKnown(file));
}

/** Reads a weights file to be served, and its bytes. */
export async function loadWeights(
  file: string | URL,
): Promise<{ weights: Weights; bytes: Uint8Array<ArrayBuffer> }> {
  try {
    const bytes = await Deno.readFile(file);
    const weights = await readWeights(bytes);
    const model = withKnown(weights.model, readKnown(file));
    return { weights: { ...weights, model }, bytes };
  } catch (error) {
    throw readingError(file, error);
  }
}

/** Reads everything that a weights file holds. */
export function loadState(file: string | URL): Promise<ModelState> {
  return withFile(file, readState);
}

/** Writes a model; returns the sha-256 of the file. */
export function saveState(file: string, state: ModelState): Promise<string> {
  const { tensors, metadata } = tensorsOf(state);
  return writeFileAtomically(file, encodeSafetensors(tensors, metadata));
}

/**
 * Leaves out the parts that serving and fine-tuning do not need: the trunk's moments,
 * and the records of the epochs, which are most of a file's header.
 */
export function servingState(state: ModelState): ModelState {
  const heads = Array.from(state.moments).filter(([name]) =>
    name.startsWith("head.")
  );
  return {
    ...state,
    moments: new Map(heads),
    training: { ...state.training, history: [] },
  };
}

async function withFile<T>(
  file: string | URL,
  read: (source: Awaited<ReturnType<typeof openSafetensors>>) => Promise<T>,
): Promise<T> {
  try {
    using source = await openSafetensors(file);
    return await read(source);
  } catch (error) {
    throw readingError(file, error);
  }
}

/** An error of reading a weights file, in terms of that file. */
function readingError(file: string | URL, error: unknown): unknown {
  if (!isSystemError(error)) return fileError(file, error);
  const path = file instanceof URL ? file.pathname : file;
  const why = error instanceof Deno.errors.NotFound
    ? "found none"
    : `got: ${error.message}`;
  return new CheckpointError(
    `Cannot read the weights: expected a file at ${path}, ${why}`,
    { cause: error },
  );
}
