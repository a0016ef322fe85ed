/** Heads whose labels are not the base model's, in an arena of their own. @module */

import { indexOfLargest, sevenDigits } from "../heads/head.ts";
import { type HeadSpec, kindOf, widthOf } from "../heads/kinds.ts";
import { createArena } from "../kernels/arena.ts";
import type { Kernels } from "../kernels/mod.ts";
import { type Packer, packerOf } from "../kernels/panels.ts";
import {
  type Activations,
  allocateActivations,
  allocateNetwork,
  forwardHeads,
  type Network,
  parametersOf,
  writeParameter,
} from "../model/network.ts";
import { longestTensor, type Sizes } from "../model/sizes.ts";
import type { Calibration } from "../model/state.ts";
import type { HeadsRecord } from "../store/manifest.ts";
import type { Prediction } from "./answers.ts";

/** The memory and calibration needed to answer from the composite output of a batch. */
export interface AnswerSource {
  readonly kernels: Kernels;
  readonly sizes: Pick<Sizes, "heads">;
  readonly calibration: Calibration;
  readonly activations: Activations;
  /** Room for one head's logits. */
  readonly scratch: Float32Array;
}

/** Asks every head for its answer to one row of a batch. */
export function answersOf(
  { kernels, sizes, calibration, activations, scratch }: AnswerSource,
  row: number,
  topK: number,
): Prediction {
  const { logits, logitStride, columns } = activations;
  const logitsOf = (h: number) => {
    const first = row * logitStride + columns[h]!;
    return logits.subarray(first, first + widthOf(sizes.heads[h]!));
  };
  const answers = sizes.heads.map((head, h) => {
    const own = scratch.subarray(0, widthOf(head));
    own.set(logitsOf(h));
    const { [head.name]: how } = calibration;
    return [head.name, kindOf(head).answer(kernels, head, how!, own, topK)];
  });
  const widest = widestHead(sizes.heads);
  const head = sizes.heads[widest]!;
  const known = kindOf(head).known(calibration[head.name]!, logitsOf(widest));
  return {
    known: known === undefined ? null : sevenDigits(known),
    answers: Object.fromEntries(answers),
  };
}

function widestHead(heads: readonly HeadSpec[]): number {
  return indexOfLargest(heads.map((head) => kindOf(head).groups(head).length));
}

/** Heads on features, ready to predict. */
export class HeadsNetwork {
  readonly #mounted = new Map<string, Float32Array>();
  readonly #pack: Packer;

  private constructor(
    private readonly source: AnswerSource,
    private readonly network: Network,
    rowMajor: Float32Array,
  ) {
    this.#pack = packerOf(source.kernels, rowMajor);
  }

  /** Takes the memory for heads on `features` features, `capacity` rows at a time. */
  static async create(
    features: number,
    { heads, calibration }: HeadsRecord,
    capacity: number,
  ): Promise<HeadsNetwork> {
    const sizes: Sizes = { inputs: features, hidden: [], heads };
    const { kernels, views } = await createArena((allocate) => {
      const activations = allocateActivations(allocate, sizes, capacity, 1);
      return {
        network: allocateNetwork(allocate, sizes),
        activations,
        scratch: allocate.floats(activations.logitStride),
        rowMajor: allocate.floats(longestTensor(sizes)),
      };
    });
    const { network, activations, scratch, rowMajor } = views;
    const source = { kernels, sizes, calibration, activations, scratch };
    return new HeadsNetwork(source, network, rowMajor);
  }

  /**
   * Predicts up to `capacity` rows.
   *
   * @param valuesOf The values of a parameter, row-major, by its name.
   * @param features [rows, stride], in the heads' own padding.
   */
  predict(
    valuesOf: (name: string) => Float32Array,
    features: Float32Array,
    rows: number,
    topK: number,
  ): Prediction[] {
    const { kernels, activations } = this.source;
    for (const tensor of parametersOf(this.network)) {
      const values = valuesOf(tensor.name);
      if (this.#mounted.get(tensor.name) === values) continue;
      writeParameter(tensor, values, this.#pack);
      this.#mounted.set(tensor.name, values);
    }
    activations.inputs.set(features);
    forwardHeads(kernels, this.network, activations, rows);
    return Array.from(
      { length: rows },
      (_, row) => answersOf(this.source, row, topK),
    );
  }
}
