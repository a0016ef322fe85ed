/** The whole state as one file, and back. @module */

import { encodeSafetensors } from "../checkpoint/safetensors.ts";
import { decodeSafetensors } from "../checkpoint/safetensors_reader.ts";
import { tensorsOf as fileTensors } from "../checkpoint/state.ts";
import { readState } from "../checkpoint/state_reader.ts";
import { CheckpointError } from "../errors.ts";
import { type ModelState, shapesOf } from "../model/state.ts";
import type { Manifest } from "../store/manifest.ts";
import type { ModelStore } from "../store/store.ts";
import type { Editor } from "./editor.ts";
import { changedSteps, differing, mergedMoments, tensorsOf } from "./heads.ts";
import { checkMatch } from "./requests.ts";
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
  ): Promise<{ before: Manifest; after: Manifest }> {
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
    const parameters = new Map(
      tensors.filter(({ name }) => isParameter(name)).map((
        { name, values },
      ) => [name, values]),
    );
    return await this.editor.change(async () => {
      const head = await this.versions.head();
      checkMatch(ifMatch, head.manifest.sha256);
      const prepared = await this.store.prepare(head, {
        change: "import",
        step,
        steps: changedSteps({}, state, base),
        tensors,
      });
      if (!await this.store.commit(head, prepared)) return undefined;
      this.versions.publish({ manifest: prepared.manifest, parameters });
      return { before: head.manifest, after: prepared.manifest };
    });
  }
}

/** How much of a part a message shows. */
const EXCERPT = 200;

/** What must be the same for a state to be one of the served model. */
const SAME = [
  "sizes",
  "labels",
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
      `Cannot import the state: expected the ${part} ${
        excerpt(expected!)
      }, got ${excerpt(got!)}`,
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

/** As much of a text as a message may show. */
function excerpt(text: string): string {
  return text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text;
}
