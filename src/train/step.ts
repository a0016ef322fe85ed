/**
 * One training step: the function that both a full training run and an
 * on-request fine-tune call.
 *
 *   forward → L = L_domain + L_item → backward → clip → optimizer update
 *
 * @module
 */

import type { Allocator } from "../kernels/arena.ts";
import type { Kernels } from "../kernels/mod.ts";
import {
  packedLength,
  PANEL,
  panelCount,
  weightGradientScratch,
} from "../kernels/panels.ts";
import {
  type Activations,
  allocateActivations,
  allocateNetwork,
  featuresOf,
  featureStride,
  forward,
  type Linear,
  type Network,
} from "../model/network.ts";
import { layerSpecs, type Sizes } from "../model/sizes.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import {
  allocateLabels,
  compositeLoss,
  type Labels,
  type Losses,
} from "./loss.ts";

/** The optimizer's memory: one table of moments per slot, and t of every tensor. */
export interface OptimizerState {
  /** Step count per tensor name; a tensor that a step leaves out does not age. */
  readonly steps: Map<string, number>;
  /** One table per slot of the optimizer, in its order. */
  readonly slots: readonly Network[];
}

/** Takes the blocks of a fresh state: moments zero, no steps taken. */
export function allocateOptimizerState(
  allocate: Allocator,
  sizes: Sizes,
  optimizer: Optimizer,
): OptimizerState {
  return {
    steps: new Map(),
    slots: optimizer.slots.map(() => allocateNetwork(allocate, sizes)),
  };
}

/** What a step works on besides parameters and moments, for up to `capacity` rows. */
export interface Workspace {
  readonly capacity: number;
  /** The caller writes the batch into `activations.inputs` and `labels`. */
  readonly activations: Activations;
  readonly labels: Labels;
  /** ∂L/∂h of each trunk layer. */
  readonly gradientHidden: readonly Float32Array[];
  /** ∂L/∂logits of the composite output. */
  readonly gradientLogits: Float32Array;
  /** ∂L/∂W of one layer at a time, where the optimizer needs it in memory. */
  readonly gradientWeight: Float32Array;
  /** ∂L/∂b of one layer at a time. */
  readonly gradientBias: Float32Array;
  /** Dropout masks: of the inputs, then of each trunk layer's output. */
  readonly masks: readonly Float32Array[];
  readonly scratch: Float32Array;
}

/** Takes the blocks for steps on up to `capacity` rows by `threads` threads. */
export function allocateWorkspace(
  allocate: Allocator,
  sizes: Sizes,
  optimizer: Optimizer,
  capacity: number,
  threads = 1,
): Workspace {
  const widths = [sizes.inputs, ...sizes.hidden];
  const rows = (width: number) => capacity * panelCount(width) * PANEL;
  const layers = layerSpecs(sizes);
  const largest = (of: (layer: typeof layers[number]) => number) =>
    Math.max(...layers.map(of));
  // One row more than a batch: mixup sets the first row aside there.
  const activations = allocateActivations(allocate, sizes, capacity + 1);
  return {
    capacity,
    activations,
    labels: allocateLabels(allocate, capacity),
    gradientHidden: sizes.hidden.map((width) => allocate.floats(rows(width))),
    gradientLogits: allocate.floats(capacity * activations.logitStride),
    gradientWeight: allocate.floats(
      optimizer.updateWeights
        ? 0
        : largest(({ outputs, inputs }) => packedLength(outputs, inputs)),
    ),
    gradientBias: allocate.floats(
      largest(({ outputs }) => panelCount(outputs) * PANEL),
    ),
    masks: widths.map((width) => allocate.floats(rows(width))),
    scratch: allocate.floats(
      threads *
        largest(({ inputs }) => weightGradientScratch(capacity, inputs)),
    ),
  };
}

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

/** Where squares leave the 32-bit floats. */
const OVERFLOW = 3.4e38 ** 2;

/**
 * Takes one step on rows 0 … `rows` − 1 of the workspace.
 *
 * A head for which no row has a label takes no part: its tensors neither move
 * nor age. Clipping scales the gradient by min(1, bound / ‖gradient‖).
 *
 * @throws {RangeError} If there are no rows, or more than the workspace holds.
 *
 * Source: clipping, Pascanu, Mikolov, Bengio 2013, algorithm 1 (arXiv:1211.5063).
 */
export function trainStep(
  kernels: Kernels,
  network: Network,
  state: OptimizerState,
  optimizer: Optimizer,
  workspace: Workspace,
  rows: number,
  options: StepOptions,
): StepResult {
  if (!(rows >= 1 && rows <= workspace.capacity)) {
    throw new RangeError(
      `Cannot take a training step: expected 1 to ${workspace.capacity} rows, got ${rows}`,
    );
  }
  const { activations, labels, gradientLogits } = workspace;
  const masks = drawMasks(kernels, network, workspace, rows, options);
  forward(kernels, network, activations, rows, masks);
  const smoothing = options.labelSmoothing ?? 0;
  const losses = compositeLoss(
    kernels,
    network,
    activations,
    labels,
    rows,
    smoothing,
    gradientLogits,
  );
  const layers = layersToUpdate(network, state, workspace, losses);
  backward(kernels, network, workspace, rows, masks);

  const { maxGradientNorm = Infinity, measureGradientNorm = false } = options;
  const measured = measureGradientNorm || maxGradientNorm < Infinity;
  const square = measured
    ? squaredNorm(kernels, layers, rows, workspace.gradientBias)
    : squaredBound(kernels, layers, rows);
  const finite = Number.isFinite(losses.total) && square < OVERFLOW;
  const gradientNorm = measured ? Math.sqrt(square) : undefined;
  if (finite) {
    const scale = Math.min(1, maxGradientNorm / (gradientNorm ?? 1));
    const { learningRate } = options;
    for (const layer of layers) {
      updateLayer(
        kernels,
        optimizer,
        state,
        workspace,
        layer,
        rows,
        learningRate,
        scale,
      );
    }
  }
  return { losses, finite, gradientNorm };
}

/** Draws this step's dropout masks and drops inputs; undefined where nothing is dropped in the trunk. */
function drawMasks(
  kernels: Kernels,
  network: Network,
  { activations, masks: [inputMask, ...hiddenMasks] }: Workspace,
  rows: number,
  { inputDropout = 0, hiddenDropout = 0, random }: StepOptions,
): readonly Float32Array[] | undefined {
  const draw = (mask: Float32Array, count: number, dropout: number) => {
    if (random === undefined) {
      throw new TypeError(
        "Cannot drop units: expected a random source, got none",
      );
    }
    kernels.uniformMask(
      mask.byteOffset,
      count,
      1 - dropout,
      random() | 0,
      random() | 0,
    );
  };
  if (inputDropout > 0) {
    const count = rows * activations.inputStride;
    draw(inputMask!, count, inputDropout);
    kernels.multiply(
      activations.inputs.byteOffset,
      inputMask!.byteOffset,
      count,
    );
  }
  if (hiddenDropout === 0) return undefined;
  network.trunk.forEach((layer, l) =>
    draw(hiddenMasks[l]!, rows * layer.panels * PANEL, hiddenDropout)
  );
  return hiddenMasks;
}

/** A layer that takes part in a step, with what its gradient is made of: gᵀ·x. */
interface LayerUpdate {
  readonly layer: Linear;
  readonly moments: readonly Linear[];
  /** Its input rows. */
  readonly x: Float32Array;
  readonly xStride: number;
  /** The block that ∂L/∂ its output rows lie in, from the pointer `g` on. */
  readonly gradient: Float32Array;
  readonly g: number;
  readonly gStride: number;
}

/** The trunk, and the heads for which a row has a label. */
function layersToUpdate(
  network: Network,
  state: OptimizerState,
  { activations, gradientHidden, gradientLogits }: Workspace,
  { labelled }: Losses,
): LayerUpdate[] {
  const { logitStride, itemColumn } = activations;
  const trunk = network.trunk.map((layer, l): LayerUpdate => ({
    layer,
    moments: state.slots.map((slot) => slot.trunk[l]!),
    x: activations.hidden[l - 1] ?? activations.inputs,
    xStride: l > 0
      ? network.trunk[l - 1]!.panels * PANEL
      : activations.inputStride,
    gradient: gradientHidden[l]!,
    g: gradientHidden[l]!.byteOffset,
    gStride: layer.panels * PANEL,
  }));
  const heads = (["domain", "item"] as const)
    .filter((head) => labelled[head] > 0)
    .map((head): LayerUpdate => ({
      layer: network[head],
      moments: state.slots.map((slot) => slot[head]),
      x: featuresOf(activations),
      xStride: featureStride(network.sizes),
      gradient: gradientLogits,
      g: gradientLogits.byteOffset + (head === "item" ? 4 * itemColumn : 0),
      gStride: logitStride,
    }));
  return [...trunk, ...heads];
}

/** Backpropagates `gradientLogits` to the outputs of every trunk layer. */
function backward(
  kernels: Kernels,
  network: Network,
  { activations, gradientHidden, gradientLogits }: Workspace,
  rows: number,
  masks: readonly Float32Array[] | undefined,
): void {
  const { logitStride, itemColumn } = activations;
  const into = (
    layer: Linear,
    g: number,
    gStride: number,
    below: Float32Array,
    accumulate: 0 | 1,
  ) =>
    kernels.linearInputGradient(
      g,
      gStride,
      layer.weight.byteOffset,
      below.byteOffset,
      panelCount(layer.inputs) * PANEL,
      rows,
      layer.inputs,
      layer.panels,
      accumulate,
    );
  for (let l = network.trunk.length - 1; l >= 0; l--) {
    const g = gradientHidden[l]!;
    const above = network.trunk[l + 1];
    if (above === undefined) {
      into(network.domain, gradientLogits.byteOffset, logitStride, g, 0);
      into(
        network.item,
        gradientLogits.byteOffset + 4 * itemColumn,
        logitStride,
        g,
        1,
      );
    } else {
      into(
        above,
        gradientHidden[l + 1]!.byteOffset,
        above.panels * PANEL,
        g,
        0,
      );
    }
    const count = rows * network.trunk[l]!.panels * PANEL;
    if (masks !== undefined) {
      kernels.multiply(g.byteOffset, masks[l]!.byteOffset, count);
    }
    kernels.reluGradient(
      activations.hidden[l]!.byteOffset,
      g.byteOffset,
      count,
    );
  }
}

/** Σ ‖∂L/∂θ‖² over the layers, exact to rounding, with no gradient of weights in memory. */
function squaredNorm(
  kernels: Kernels,
  layers: readonly LayerUpdate[],
  rows: number,
  bias: Float32Array,
): number {
  let sum = 0;
  for (const { layer, x, xStride, g, gStride } of layers) {
    const { inputs, panels } = layer;
    sum += kernels.linearWeightGradientSumOfSquares(
      x.byteOffset,
      xStride,
      g,
      gStride,
      rows,
      inputs,
      panels,
    );
    kernels.linearBiasGradient(g, gStride, bias.byteOffset, rows, panels);
    sum += kernels.sumOfSquares(bias.byteOffset, panels * PANEL);
  }
  return sum;
}

/** A bound on the same sum that costs one pass over activations: ‖gᵀ·x‖² ≤ ‖g‖²·‖x‖². */
function squaredBound(
  kernels: Kernels,
  layers: readonly LayerUpdate[],
  rows: number,
): number {
  return layers.reduce(
    (sum, { x, xStride, gradient, gStride }) =>
      sum + kernels.sumOfSquares(x.byteOffset, rows * xStride) *
        kernels.sumOfSquares(gradient.byteOffset, rows * gStride),
    0,
  );
}

function updateLayer(
  kernels: Kernels,
  optimizer: Optimizer,
  state: OptimizerState,
  { gradientWeight, gradientBias, scratch }: Workspace,
  { layer, moments, x, xStride, g, gStride }: LayerUpdate,
  rows: number,
  learningRate: number,
  gradientScale: number,
): void {
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
    gradientScale,
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
    kernels.linearWeightGradient(
      product.x,
      xStride,
      g,
      gStride,
      gradientWeight.byteOffset,
      gradientBias.byteOffset,
      rows,
      inputs,
      panels,
      product.scratch,
    );
    update("weight", gradientWeight);
  } else {
    optimizer.updateWeights(kernels, tensor("weight"), product);
  }
  update("bias", gradientBias);
}

function nextStep({ steps }: OptimizerState, name: string): number {
  const step = (steps.get(name) ?? 0) + 1;
  steps.set(name, step);
  return step;
}
