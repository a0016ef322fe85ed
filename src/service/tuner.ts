/** A draft of the heads: the memory and the steps of one fine-tune at a time. @module */

import {
  loadMoments,
  loadParameters,
  type ModelDescription,
  type Moment,
  momentsFrom,
  parametersFrom,
} from "../model/state.ts";
import { featureStride, forward } from "../model/network.ts";
import { featureCount } from "../model/sizes.ts";
import { createOptimizer } from "../optim/registry.ts";
import { compositeLoss, setLabels } from "../train/loss.ts";
import { trainStep } from "../train/step.ts";
import { createTrainer, type Trainer } from "../train/trainer.ts";
import type { Parameters } from "./network.ts";
import type { FeatureRows } from "./pool.ts";
import { round } from "./rounding.ts";

/** The heads and what the optimizer remembers of them. */
export interface Heads {
  /** Row-major values by tensor name. */
  readonly parameters: Parameters;
  readonly moments: ReadonlyMap<string, Moment>;
}

/**
 * The heads as a network without a trunk, in an arena of its own: it learns
 * from the trunk's outputs, by the same step as a full training.
 */
export class Tuner {
  readonly #stride: number;
  /** Steps that the tensors had taken when the draft began. */
  #stepsBefore: ReadonlyMap<string, number> = new Map();

  private constructor(private readonly trainer: Trainer) {
    this.#stride = featureStride(trainer.network.sizes);
  }

  /** Takes the memory for steps on up to `capacity` examples. */
  static async create(
    { sizes, optimizer }: Pick<ModelDescription, "sizes" | "optimizer">,
    capacity: number,
  ): Promise<Tuner> {
    const heads = { ...sizes, inputs: featureCount(sizes), hidden: [] };
    const { name, options } = optimizer;
    return new Tuner(
      await createTrainer(heads, createOptimizer(name, options), capacity),
    );
  }

  /** Starts a draft from these heads. */
  load({ parameters, moments }: Heads): void {
    const { network, state, optimizer } = this.trainer;
    loadParameters(network, parameters);
    loadMoments(state, optimizer.slots, moments);
    this.#stepsBefore = new Map(state.steps);
  }

  /**
   * The draft as it is now: parameters to the bit, moments that have moved
   * rounded to 16 significant bits, which is what the next draft starts from.
   */
  save(): Heads {
    const { network, state, optimizer } = this.trainer;
    const moments = momentsFrom(state, optimizer.slots);
    for (const [name, { step, slots }] of moments) {
      if (step === this.#stepsBefore.get(name)) continue;
      for (const values of slots.values()) round(values);
    }
    return { parameters: parametersFrom(network), moments };
  }

  /** Takes one step; resolves to the norm of its gradient, not finite if it was refused. */
  step(batches: readonly FeatureRows[], learningRate: number): number {
    let rows = 0;
    for (const batch of batches) {
      rows += this.#place(batch, 0, batch.length, rows);
    }
    const { finite, gradientNorm } = trainStep(
      this.trainer,
      rows,
      { learningRate, measureGradientNorm: true },
    );
    return finite ? gradientNorm! : NaN;
  }

  /** L = Σ Lₕ of the draft on examples, each over those that are labelled. */
  loss(examples: FeatureRows): number {
    const { kernels, network, workspace } = this.trainer;
    const { activations, labels, gradientLogits } = workspace;
    const rows = this.#place(examples, 0, examples.length, 0);
    forward(kernels, network, activations, rows);
    return compositeLoss(
      kernels,
      network,
      activations,
      labels,
      rows,
      gradientLogits,
    ).total;
  }

  /** Whether every number of the draft is finite. */
  get isFinite(): boolean {
    const { kernels, network, state } = this.trainer;
    return [network, ...state.slots].every(({ all }) =>
      kernels.isFinite(all.byteOffset, all.length) === 1
    );
  }

  /** Copies examples `start` … `end` − 1 into the batch from row `row` on. */
  #place(
    { features, labels: known }: FeatureRows,
    start: number,
    end: number,
    row: number,
  ): number {
    const { network, workspace: { activations, labels } } = this.trainer;
    activations.inputs.set(
      features.subarray(start * this.#stride, end * this.#stride),
      row * this.#stride,
    );
    for (let i = start; i < end; i++) {
      setLabels(
        network.sizes.heads,
        labels,
        row + i - start,
        (head) => known[head]![i]!,
      );
    }
    return end - start;
  }
}
