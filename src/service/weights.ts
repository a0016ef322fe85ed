/** The served weights file, which is version 0. @module */

import { checkStepCount } from "../checkpoint/judge.ts";
import {
  type SafetensorsReader,
  viewSafetensors,
} from "../checkpoint/safetensors_reader.ts";
import { asTandem2 } from "../checkpoint/tandem_1.ts";
import {
  readExamples,
  readMoments,
  readServingModel,
  readState,
} from "../checkpoint/state_reader.ts";
import { CheckpointError } from "../errors.ts";
import { descriptorLength } from "../image/preprocessing.ts";
import type {
  ModelState,
  Moment,
  ServingModel,
  StoredExamples,
} from "../model/state.ts";
import { sha256 } from "../model/bits.ts";
import type { BaseModel } from "../store/manifest.ts";
import { turn } from "../waiting.ts";

/** The metadata in which an exported state says how many steps the model has taken. */
export const STEP = "step";

/** The parts of the file that only fine-tuning needs. */
export interface TuningMaterial {
  /** Moments of the heads. */
  readonly moments: ReadonlyMap<string, Moment>;
  /** Labelled descriptors mixed into every step, against forgetting. */
  readonly replay: StoredExamples | undefined;
  /** Labelled descriptors that decide whether a draft may be published. */
  readonly guard: StoredExamples | undefined;
}

/** A weights file, ready to predict. */
export interface Weights {
  readonly model: ServingModel;
  /** Its identity, known when the whole file has been hashed. */
  readonly base: Promise<BaseModel>;
  /** Reads the parts that only fine-tuning needs. */
  material(): Promise<TuningMaterial>;
  /**
   * Checks the parts that only fine-tuning reads, which takes too long for a start.
   *
   * @throws {CheckpointError} If they cannot come from a training.
   */
  judge(): Promise<void>;
  /** Reads everything. */
  state(): Promise<ModelState>;
}

/**
 * Reads a weights file, whose bytes must then stay as they are: parameters and
 * examples are views of them.
 *
 * @throws {CheckpointError} If it is not a model of this program.
 */
export async function readWeights(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Weights> {
  const hash = sha256(bytes); // by another thread, while this one goes on
  const source = asTandem2(viewSafetensors(bytes));
  const model = await readServingModel(source);
  checkInputs(model);
  const step = await stepOf(source);
  return {
    model,
    base: hash.then((sha256) => ({ sha256, step })),
    material: async () => ({
      moments: await readMoments(source, model, isHead),
      replay: await readExamples(source, model, "replay"),
      guard: await readExamples(source, model, "guard"),
    }),
    judge: async () => {
      const { judgeRest } = await import("../checkpoint/judge_rest.ts");
      for await (const _ of judgeRest(source, model)) await turn();
    },
    state: () => readState(source),
  };
}

/** Checks that the preprocessing makes descriptors of the network's input size. */
function checkInputs({ preprocessing, sizes }: ServingModel): void {
  const length = descriptorLength(preprocessing);
  if (length === sizes.inputs) return;
  throw new CheckpointError(
    `Cannot serve the model: expected descriptors of ${sizes.inputs} values, ` +
      `its preprocessing makes ${length}`,
  );
}

/** Whether a parameter belongs to one of the heads. */
export function isHead(name: string): boolean {
  return name.startsWith("head.");
}

/** Steps taken: as the file says, else the most that any tensor has taken. */
export async function stepOf(source: SafetensorsReader): Promise<number> {
  const said = source.header.metadata[STEP];
  if (said !== undefined) {
    const step = /^\d{1,16}$/.test(said) ? Number(said) : NaN;
    checkStepCount(`metadata "${STEP}"`, step);
    return step;
  }
  let step = 0;
  for (const [name, { dtype, shape }] of source.header.tensors) {
    if (
      !/^optim\..*\.step$/.test(name) || dtype !== "I32" || shape.length > 0
    ) {
      continue;
    }
    const { buffer, byteOffset } = await source.read(name);
    const count = new DataView(buffer, byteOffset).getInt32(0, true);
    step = Math.max(step, count);
  }
  return step;
}
