/** Checks of the parts of a weights file that a server reads only to learn. @module */

import type { ModelDescription } from "../model/state.ts";
import { tensorSpecs } from "../model/sizes.ts";
import type { SafetensorsReader } from "./safetensors_reader.ts";
import { BEST } from "./state_description.ts";
import {
  hasBest,
  readExamples,
  readMoments,
  readParameters,
} from "./state_reader.ts";
import { asTandem2 } from "./tandem_1.ts";

/**
 * Reads the parts that `readServingModel` leaves out, only to check them. Yields after
 * every part, so that other work can run in between.
 *
 * @throws {CheckpointError} If a part cannot come from a training.
 */
export async function* judgeRest(
  file: SafetensorsReader,
  model: ModelDescription,
): AsyncGenerator<void> {
  const source = asTandem2(file);
  const specs = tensorSpecs(model.sizes);
  const best = hasBest(source, model);
  for (const prefix of best ? ["", BEST] : [""]) {
    for (const { name } of specs) {
      await readMoments(source, model, (tensor) => tensor === name, prefix);
      yield;
    }
  }
  for (const spec of best ? specs : []) {
    await readParameters(source, BEST, [spec]);
    yield;
  }
  await readExamples(source, model, "replay");
  await readExamples(source, model, "guard");
}
