/** Export and import of the whole state as one file. @module */

import {
  bytesOf,
  encodeSafetensors,
  type TensorData,
} from "../checkpoint/safetensors.ts";
import {
  decodeSafetensors,
  type SafetensorsReader,
} from "../checkpoint/safetensors_reader.ts";
import { tensorsOf as fileTensors } from "../checkpoint/state.ts";
import { readState } from "../checkpoint/state_reader.ts";
import { CheckpointError } from "../errors.ts";
import { featureStride } from "../model/network.ts";
import { type Sizes, tensorSpecs } from "../model/sizes.ts";
import { type ModelState, shapesOf } from "../model/state.ts";
import type { Manifest } from "../store/manifest.ts";
import type { Draft, Tensor } from "../store/draft.ts";
import type { ModelStore } from "../store/store.ts";
import {
  type Changed,
  changedFrom,
  type ChangeOptions,
  type Editor,
} from "./editor.ts";
import {
  changedSteps,
  differing,
  fittingMoments,
  headsOf,
  isCorrectionMoment,
  mergedMoments,
  ownHeads,
  tensorsOf,
} from "./heads.ts";
import { memoryTensors, readMemory } from "./memory_tensors.ts";
import type { ModelFile } from "./model_file.ts";
import { isParameter, type Versions } from "./versions.ts";
import { STEP, stepOf, type Weights } from "./weights.ts";

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
  async export(): Promise<ModelFile> {
    const { manifest } = await this.versions.head();
    const stored = await this.store.load(manifest);
    const base = await this.weights.state();
    const { heads, calibration } = headsOf(base, manifest);
    const sizes = { ...base.sizes, heads };
    const lengths = lengthsOf(sizes);
    const { tensors, metadata } = fileTensors({
      ...base,
      sizes,
      calibration,
      parameters: new Map([...base.parameters, ...stored]),
      moments: fittingMoments(
        mergedMoments(base.moments, manifest.steps, stored),
        (name) => lengths.get(name),
      ),
    }, { bytes: false });
    tensors.push(...correctionTensors(manifest, stored));
    tensors.push(...await this.#memoryTensors(manifest));
    const step = String(manifest.step);
    return {
      manifest,
      chunks: encodeSafetensors(tensors, { ...metadata, [STEP]: step }),
    };
  }

  async #memoryTensors({ memory }: Manifest): Promise<TensorData[]> {
    if (memory === undefined) return [];
    const blocks = await this.store.read(memory.blocks);
    return memoryTensors(
      memory.blocks.map(({ name }) => blocks.get(name)!),
      memory.order,
      memory.blocks[0]!.shape[1]!,
    );
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
    { ifMatch, by, note }: ChangeOptions = {},
  ): Promise<Changed> {
    const source = decodeSafetensors(bytes);
    const state = await readState(source);
    const step = await stepOf(source);
    const base = await this.weights.state();
    checkFits(state, base);
    const shapes = shapesOf(state);
    const tensors = [
      ...differing(tensorsOf(state, shapes), tensorsOf(base, shapes)),
      ...await readCorrectionTensors(source),
    ];
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
      memory: await readMemory(source, rowWidth(state.sizes)),
      heads: ownHeads(
        { heads: state.sizes.heads, calibration: state.calibration },
        base,
      ),
      by,
    };
    const done = await this.editor.change<never>(
      () => Promise.resolve({ propose: { draft, parameters } }),
      { ifMatch, note },
    );
    if ("answer" in done) return done.answer;
    return changedFrom(done.before, done.after);
  }
}

/** Characters of a part that a message shows. */
const EXCERPT = 200;

/** The parts that a state must share with the served model. Labels may have changed. */
function comparedParts({ sizes, preprocessing, optimizer }: ModelState) {
  const { inputs, hidden, heads } = sizes;
  const kinds = heads.map(({ name, kind }) => `${name} (${kind})`);
  return { sizes: { inputs, hidden }, heads: kinds, preprocessing, optimizer };
}

function checkFits(state: ModelState, base: ModelState): void {
  const [expectedParts, parts] = [comparedParts(base), comparedParts(state)];
  for (const part of Object.keys(parts) as (keyof typeof parts)[]) {
    const [expected, got] = [expectedParts, parts].map((model) =>
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

/** The beginning of a text, for a message. */
function excerpt(text: string): string {
  return text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text;
}

/** The number of values of each parameter, by its name. */
function lengthsOf(sizes: Sizes): Map<string, number> {
  return new Map(
    tensorSpecs(sizes).map(({ name, shape: [outputs, inputs = 1] }) => [
      name,
      outputs * inputs,
    ]),
  );
}

/** The length of a row of the memory: features and labels. */
function rowWidth(sizes: Sizes): number {
  return featureStride(sizes) + sizes.heads.length;
}

/** The second moments of corrections, as tensors of a file. */
function correctionTensors(
  { tensors }: Manifest,
  stored: ReadonlyMap<string, Float32Array>,
): TensorData[] {
  return tensors.filter(({ name }) => isCorrectionMoment(name))
    .map(({ name, shape }) => {
      const data = bytesOf(stored.get(name)!);
      return { name, dtype: "F32", shape, data };
    });
}

async function readCorrectionTensors(
  source: SafetensorsReader,
): Promise<Tensor[]> {
  const tensors: Tensor[] = [];
  for (const [name, { dtype, shape }] of source.header.tensors) {
    if (!isCorrectionMoment(name) || dtype !== "F32") continue;
    const { buffer, byteOffset, byteLength } = await source.read(name);
    const values = new Float32Array(buffer, byteOffset, byteLength / 4);
    tensors.push({ name, shape, values });
  }
  return tensors;
}
