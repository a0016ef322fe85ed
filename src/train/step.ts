/**
 * One training step: the function that both a full training run and an
 * on-request fine-tune call.
 *
 *   forward → L = Σ wₕ·Lₕ → backward → clip → optimizer update
 *
 * @module
 */

import type { Kernels } from "../kernels/mod.ts";
import { PANEL } from "../kernels/panels.ts";
import { forward, type Network } from "../model/network.ts";
import {
  backward,
  layersToUpdate,
  type LayerUpdate,
  squaredBound,
  squaredNorm,
} from "./backward.ts";
import { compositeLoss, type Losses } from "./loss.ts";
import type { Trainer } from "./trainer.ts";
import type { OptimizerState, Workspace } from "./workspace.ts";

/** Regularization of a step; none of it is on by default. */
export interface StepOptions {
  /** η > 0. */
  readonly learningRate: number;
  /** Bound on the global norm of the gradient; Infinity leaves it alone. */
  readonly maxGradientNorm?: number;
  /** True to measure the gradient's norm where nothing is clipped by it. */
  readonly measureGradientNorm?: boolean;
  /** ε of label smoothing, in [0, 1). */
  readonly labelSmoothing?: number;
  /** wₕ of each head's loss, in the heads' order; 1 where there are none. */
  readonly headWeights?: readonly number[] | undefined;
  /** Probability that an input is dropped, in [0, 1). */
  readonly inputDropout?: number;
  /** Probability that a trunk unit is dropped, in [0, 1). */
  readonly hiddenDropout?: number;
  /** Draws 32 random bits; needed for dropout. */
  readonly random?: () => number;
}

/** The losses and the gradient's norm of a step, before its update. */
export interface StepResult {
  readonly losses: Losses;
  /** False if loss or gradient were not finite: the step was then refused, and nothing has changed. */
  readonly finite: boolean;
  /** ‖∂L/∂θ‖₂ over all tensors that took part, before clipping; undefined where it was not measured. */
  readonly gradientNorm: number | undefined;
}

/** The part of a trainer that a step works with. */
export type TrainerCore = Pick<
  Trainer,
  "kernels" | "network" | "state" | "optimizer" | "workspace"
>;

/** The bound beyond which squares leave the 32-bit floats. */
const OVERFLOW = 3.4e38 ** 2;

/**
 * Takes one step on the first `examples` examples of the workspace.
 *
 * A head for which no example has a label takes no part: its tensors neither move
 * nor age. Clipping scales the gradient by min(1, bound / ‖gradient‖).
 *
 * @throws {RangeError} If there are no examples, or more than the workspace holds.
 *
 * Source: clipping, Pascanu, Mikolov, Bengio 2013, algorithm 1 (arXiv:1211.5063).
 *
 * @example
 * ```ts
 * import { assertLess } from "@std/assert";
 * import { createOptimizer } from "../optim/registry.ts";
 * import { setLabels } from "./loss.ts";
 * import { createTrainer, initialize } from "./trainer.ts";
 *
 * const heads = [
 *   { name: "shaded", kind: "binary" },
 *   { name: "item", kind: "classes", labels: ["mug", "pen"] },
 * ] as const;
 * using trainer = await createTrainer(
 *   { inputs: 8, hidden: [16], heads },
 *   createOptimizer("adam"),
 *   1,
 * );
 * initialize(trainer.network, 1);
 * trainer.workspace.activations.inputs.fill(1, 0, 8);
 * // A label is a number: 1 is yes, and the class at index 1.
 * setLabels(heads, trainer.workspace.labels, 0, () => 1);
 *
 * const loss = () =>
 *   trainStep(trainer, 1, { learningRate: 0.01 }).losses.total;
 * const first = loss();
 * for (let step = 0; step < 20; step++) loss();
 * assertLess(loss(), first / 2);
 * ```
 */
export function trainStep(
  trainer: TrainerCore,
  examples: number,
  options: StepOptions,
): StepResult {
  const { kernels, network, state, workspace } = trainer;
  if (!(examples >= 1 && examples <= workspace.capacity)) {
    throw new RangeError(
      `Cannot take a training step: expected 1 to ${workspace.capacity} examples, got ${examples}`,
    );
  }
  const { activations, labels, gradientLogits } = workspace;
  const rows = examples * activations.rowsPerExample;
  const masks = drawMasks(kernels, network, workspace, rows, options);
  forward(kernels, network, activations, examples, masks);
  const losses = compositeLoss(
    kernels,
    network,
    activations,
    labels,
    examples,
    gradientLogits,
    { smoothing: options.labelSmoothing, weights: options.headWeights },
  );
  const layers = layersToUpdate(network, state, workspace, losses);
  backward(kernels, network, workspace, examples, masks);

  const { maxGradientNorm = Infinity, measureGradientNorm = false } = options;
  const measured = measureGradientNorm || maxGradientNorm < Infinity;
  const square = measured
    ? squaredNorm(kernels, layers, rows, workspace.gradientBias)
    : squaredBound(kernels, layers, rows);
  const finite = Number.isFinite(losses.total) && square < OVERFLOW;
  const gradientNorm = measured ? Math.sqrt(square) : undefined;
  if (finite) {
    const gradientScale = Math.min(1, maxGradientNorm / (gradientNorm ?? 1));
    const { learningRate } = options;
    for (const layer of layers) {
      updateLayer(trainer, layer, { rows, learningRate, gradientScale });
    }
  }
  return { losses, finite, gradientNorm };
}

/** Draws this step's dropout masks and drops inputs; undefined where nothing is dropped in the trunk. */
function drawMasks(
  kernels: Kernels,
  network: Network,
  { activations, masks }: Workspace,
  rows: number,
  { inputDropout = 0, hiddenDropout = 0, random }: StepOptions,
): readonly Float32Array[] | undefined {
  const draw = () => {
    if (random === undefined) {
      throw new TypeError(
        "Cannot drop units: expected a random source, got none",
      );
    }
    return { seedLow: random() | 0, seedHigh: random() | 0 };
  };
  if (inputDropout > 0) {
    kernels.dropUniform({
      x: activations.inputs.byteOffset,
      n: rows * activations.inputStride,
      keep: 1 - inputDropout,
      ...draw(),
      first: 0,
    });
  }
  if (hiddenDropout === 0) return undefined;
  network.trunk.forEach((layer, l) => {
    const { seedLow, seedHigh } = draw();
    kernels.uniformMask(
      masks[l]!.byteOffset,
      rows * layer.panels * PANEL,
      1 - hiddenDropout,
      seedLow,
      seedHigh,
    );
  });
  return masks;
}

function updateLayer(
  { kernels, optimizer, state, workspace }: TrainerCore,
  { layer, moments, x, xStride, g, gStride }: LayerUpdate,
  { rows, learningRate, gradientScale }: {
    readonly rows: number;
    readonly learningRate: number;
    readonly gradientScale: number;
  },
): void {
  const { gradientWeight, gradientBias, scratch } = workspace;
  const { inputs, panels } = layer;
  const tensor = (part: "weight" | "bias") => ({
    parameter: layer[part],
    moments: moments.map((moment) => moment[part]),
    step: nextStep(state, `${layer.name}.${part}`),
    learningRate,
    decay: part === "weight",
  });
  const product = {
    x: x.byteOffset,
    xStride,
    g,
    gStride,
    batch: rows,
    inputs,
    panels,
    scratch: scratch.byteOffset,
  };
  const update = (part: "weight" | "bias", block: Float32Array) => {
    const gradient = block.subarray(0, layer[part].length);
    if (gradientScale < 1) {
      kernels.scale(gradient.byteOffset, gradient.length, gradientScale);
    }
    optimizer.update(kernels, { ...tensor(part), gradient });
  };
  kernels.linearBiasGradient(g, gStride, gradientBias.byteOffset, rows, panels);
  if (optimizer.updateWeights === undefined) {
    kernels.linearWeightGradient({
      ...product,
      dw: gradientWeight.byteOffset,
      db: gradientBias.byteOffset,
    });
    update("weight", gradientWeight);
  } else {
    optimizer.updateWeights(kernels, tensor("weight"), {
      ...product,
      gradientScale,
    });
  }
  update("bias", gradientBias);
}

function nextStep({ steps }: OptimizerState, name: string): number {
  const step = (steps.get(name) ?? 0) + 1;
  steps.set(name, step);
  return step;
}
