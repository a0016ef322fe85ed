/**
 * Scores of held-out images beside a weights file, `NAME.known.json` beside
 * `NAME.safetensors`: for files from before calibrations held them. The bytes of such a
 * file must not change, because their hash names its versions in the store.
 *
 * @module
 */

import { CheckpointError } from "../errors.ts";
import { type HeadCalibration, kindOf } from "../heads/kinds.ts";
import type { ModelDescription } from "../model/state.ts";

/** Scores by the names of heads, and the file that they come from. */
export interface KnownFile {
  readonly path: string | URL;
  readonly scores: Readonly<Record<string, unknown>>;
}

/**
 * Reads the file beside a model's weights; undefined if there is none.
 *
 * @param weights Path or URL of the weights file.
 * @throws {CheckpointError} If it is not JSON.
 */
export function readKnown(weights: string | URL): KnownFile | undefined {
  const path = besideOf(weights);
  const scores = readJson(path);
  return scores && { path, scores };
}

/**
 * Adds the scores of the file beside its weights to a model; if it has scores, or there is
 * no such file, returns it as it is.
 *
 * @throws {CheckpointError} If the file does not fit the model's heads.
 */
export function withKnown<M extends ModelDescription>(
  model: M,
  file: KnownFile | undefined,
): M {
  const { sizes: { heads }, calibration } = model;
  const has = Object.values(calibration).some((of) => "known" in of);
  if (has || file === undefined) return model;
  const { path, scores } = file;
  const completed: Record<string, HeadCalibration> = { ...calibration };
  for (const [name, known] of Object.entries(scores)) {
    const head = heads.find((head) => head.name === name);
    const own = { ...completed[name], known } as HeadCalibration;
    if (head?.kind !== "classes" || kindOf(head).calibrationFault(head, own)) {
      throw new CheckpointError(
        `Cannot read ${path}: expected scores in ascending order for heads of classes, got ${name}`,
      );
    }
    completed[name] = own;
  }
  return { ...model, calibration: completed };
}

function besideOf(weights: string | URL): string | URL {
  const beside = String(weights).replace(/(\.safetensors)?$/, ".known.json");
  return weights instanceof URL ? new URL(beside) : beside;
}

function readJson(
  file: string | URL,
): Readonly<Record<string, unknown>> | undefined {
  let text: string;
  try {
    text = Deno.readTextFileSync(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CheckpointError(
      `Cannot read ${file}: expected JSON, got ${text.slice(0, 80)}`,
      { cause },
    );
  }
}
