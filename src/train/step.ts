/**
 * One training step: the function that both a full training run and an
 * on-request fine-tune call.
 *
 *   forward → L = L_domain + L_item → backward → clip → optimizer update
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
  /** Whether to measure the gradient's norm where nothing is clipped by it. */
  readonly measureGradientNorm?: boolean;
  /** ε of label smoothing, in [0, 1). */
  readonly labelSmoothing?: number;
  /** Probability that an input is dropped, in [0, 1). */
  readonly inputDropout?: number;
  /** Probability that a trunk unit is dropped, in [0, 1). */
  readonly hiddenDropout?: number;
  /** Draws 32 random bits; needed for dropout. */
  readonly random?: () => number;
}

/** What a step saw, before its update. */
export interface StepResult {
  readonly losses: Losses;
  /** False if loss or gradient were not finite: the step was then refused, and nothing has changed. */
  readonly finite: boolean;
  /** ‖∂L/∂θ‖₂ over all tensors that took part, before clipping; undefined where it was not measured. */
  readonly gradientNorm: number | undefined;
}

/** The part of a trainer that a step works with. */
export type Learner = Pick<
  Trainer,
  "kernels" | "network" | "state" | "optimizer" | "workspace"
>;

/** Where squares leave the 32-bit floats. */
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
 */
export function trainStep(
  trainer: Learner,
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
  const smoothing = options.labelSmoothing ?? 0;
  const losses = compositeLoss(
    kernels,
    network,
    activations,
    labels,
    examples,
    smoothing,
    gradientLogits,
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
  { kernels, optimizer, state, workspace }: Learner,
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
