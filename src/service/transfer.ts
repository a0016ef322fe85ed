/** The whole state as one file, and back. @module */

import { encodeSafetensors } from "../checkpoint/safetensors.ts";
import { decodeSafetensors } from "../checkpoint/safetensors_reader.ts";
import { tensorsOf as fileTensors } from "../checkpoint/state.ts";
import { readState } from "../checkpoint/state_reader.ts";
import { CheckpointError } from "../errors.ts";
import { type ModelState, shapesOf } from "../model/state.ts";
import type { Manifest } from "../store/manifest.ts";
import type { Draft, Tensor } from "../store/draft.ts";
import type { ModelStore } from "../store/store.ts";
import { type Changed, changedFrom, type Editor } from "./editor.ts";
import { changedSteps, differing, mergedMoments, tensorsOf } from "./heads.ts";
import { isParameter, type Versions } from "./versions.ts";
import { STEP, stepOf, type Weights } from "./weights.ts";

/** A version as a file. */
export interface Export {
  readonly manifest: Manifest;
  /** Its bytes, to be written one after the other. */
  readonly chunks: readonly Uint8Array[];
}

/** Moves states out of the store and into it. */
export class Transfer {
  constructor(
    private readonly weights: Weights,
    private readonly store: ModelStore,
    private readonly versions: Versions,
    private readonly editor: Editor,
  ) {}

  /**
   * The head as a safetensors file that holds everything, moments included, with
   * all weights as floats. It can be imported, and it can be served as a weights file.
   *
   * @throws {StoreError} If the head is damaged.
   */
  async export(): Promise<Export> {
    const { manifest } = await this.versions.head();
    const stored = await this.store.load(manifest);
    const base = await this.weights.state();
    const { tensors, metadata } = fileTensors({
      ...base,
      parameters: new Map([...base.parameters, ...stored]),
      moments: mergedMoments(base.moments, manifest.steps, stored),
    }, { bytes: false });
    const step = String(manifest.step);
    return {
      manifest,
      chunks: encodeSafetensors(tensors, { ...metadata, [STEP]: step }),
    };
  }

  /**
   * Makes a new version of an exported state. The file is checked in full first;
   * its replay memory and guard set are left out, the served ones stay.
   *
   * @throws {CheckpointError} If it is damaged, or not a state of the served model.
   * @throws {PreconditionError} If the model has none of the hashes asked for.
   */
  async import(
    bytes: Uint8Array,
    ifMatch?: readonly string[],
  ): Promise<Changed> {
    const source = decodeSafetensors(bytes);
    const state = await readState(source);
    const step = await stepOf(source);
    const base = await this.weights.state();
    checkFits(state, base);
    const shapes = shapesOf(base);
    const tensors = differing(
      tensorsOf(state, shapes),
      tensorsOf(base, shapes),
    );
    checkFinite(tensors);
    const parameters = new Map(
      tensors.filter(({ name }) => isParameter(name)).map((
        { name, values },
      ) => [name, values]),
    );
    const draft: Draft = {
      change: "import",
      step,
      steps: changedSteps({}, state, base),
      tensors,
    };
    const done = await this.editor.change<never>(
      () => Promise.resolve({ propose: { draft, parameters } }),
      { ifMatch },
    );
    if ("answer" in done) return done.answer;
    return changedFrom(done.before, done.after);
  }
}

/** What must be the same for a state to be one of the served model. */
const SAME = [
  "sizes",
  "preprocessing",
  "optimizer",
  "calibration",
] as const;

function checkFits(state: ModelState, base: ModelState): void {
  for (const part of SAME) {
    const [expected, got] = [base, state].map((model) =>
      JSON.stringify(model[part])
    );
    if (expected === got) continue;
    throw new CheckpointError(
      `Cannot import the state: expected the ${part} ${expected}, got ${got}`,
    );
  }
  for (const part of ["mean", "inverseDeviation"] as const) {
    const expected = base.standardization[part];
    if (
      state.standardization[part].every((value, i) => value === expected[i])
    ) continue;
    throw new CheckpointError(
      `Cannot import the state: expected the served model's standardization, got another ${part}`,
    );
  }
}

function checkFinite(tensors: readonly Tensor[]): void {
  for (const { name, values } of tensors) {
    const wrong = values.find((value) => !Number.isFinite(value));
    if (wrong === undefined) continue;
    throw new CheckpointError(
      `Cannot import the state: expected finite numbers in ${name}, got ${wrong}`,
    );
  }
}
