/**
 * Scores of held-out images beside a weights file, `NAME.known.json` beside
 * `NAME.safetensors`: for files from before calibrations held them, whose bytes must
 * stay as they are because stores are named by their hash.
 *
 * @module
 */

import { CheckpointError } from "../errors.ts";
import { type HeadCalibration, kindOf } from "../heads/kinds.ts";
import type { ModelDescription } from "../model/state.ts";

/**
 * A model with the scores of the file beside its weights; as it is where it has
 * scores, or there is no such file.
 *
 * @param weights Path or URL of its weights file.
 * @throws {CheckpointError} If the file does not fit the model's heads.
 */
export async function withKnown<M extends ModelDescription>(
  model: M,
  weights: string | URL,
): Promise<M> {
  const { sizes: { heads }, calibration } = model;
  if (Object.values(calibration).some((of) => "known" in of)) return model;
  const file = besideOf(weights);
  const scores = await readJson(file);
  if (scores === undefined) return model;
  const completed: Record<string, HeadCalibration> = { ...calibration };
  for (const [name, known] of Object.entries(scores)) {
    const head = heads.find((head) => head.name === name);
    const own = { ...completed[name], known } as HeadCalibration;
    if (head?.kind !== "classes" || kindOf(head).calibrationFault(head, own)) {
      throw new CheckpointError(
        `Cannot read ${file}: expected scores in ascending order for heads of classes, got ${name}`,
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

async function readJson(
  file: string | URL,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  let text: string;
  try {
    text = await Deno.readTextFile(file);
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
