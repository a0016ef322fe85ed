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
import { PANEL, panelCount, weightGradientScratch } from "../kernels/panels.ts";
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
import type { Sizes } from "../model/sizes.ts";
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
  /** ∂L/∂θ. */
  readonly gradients: Network;
  /** ∂L/∂h of each trunk layer. */
  readonly gradientHidden: readonly Float32Array[];
  /** ∂L/∂logits of the composite output. */
  readonly gradientLogits: Float32Array;
  /** Dropout masks: of the inputs, then of each trunk layer's output. */
  readonly masks: readonly Float32Array[];
  readonly scratch: Float32Array;
}

/** Takes the blocks for steps on up to `capacity` rows. */
export function allocateWorkspace(
  allocate: Allocator,
  sizes: Sizes,
  capacity: number,
): Workspace {
  const widths = [sizes.inputs, ...sizes.hidden];
  const blocks = () =>
    sizes.hidden.map((width) =>
      allocate.floats(capacity * panelCount(width) * PANEL)
    );
  // One row more than a batch: mixup sets the first row aside there.
  const activations = allocateActivations(allocate, sizes, capacity + 1);
  return {
    capacity,
    activations,
    labels: allocateLabels(allocate, capacity),
    gradients: allocateNetwork(allocate, sizes),
    gradientHidden: blocks(),
    gradientLogits: allocate.floats(capacity * activations.logitStride),
    masks: widths.map((width) =>
      allocate.floats(capacity * panelCount(width) * PANEL)
    ),
    scratch: allocate.floats(
      Math.max(
        ...widths.map((width) => weightGradientScratch(capacity, width)),
      ),
    ),
  };
}

/** Regularization of a step; none of it is on by default. */
export interface StepOptions {
  /** η > 0. */
  readonly learningRate: number;
  /** Bound on the global norm of the gradient; Infinity leaves it alone. */
  readonly maxGradientNorm?: number;
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
  /** ‖∂L/∂θ‖₂ over all tensors that took part, before clipping. */
  readonly gradientNorm: number;
}

/**
 * Takes one step on rows 0 … `rows` − 1 of the workspace.
 *
 * A head for which no row has a label takes no part: its tensors neither move
 * nor age. The step is refused, with nothing changed, when the gradient is not
 * finite; the result then says so by its `gradientNorm`.
 *
 * @throws {RangeError} If there are no rows, or more than the workspace holds.
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
  const masks = drawMasks(kernels, network, workspace, rows, options);
  forward(kernels, network, workspace.activations, rows, masks);
  const losses = compositeLoss(
    kernels,
    network,
    workspace.activations,
    workspace.labels,
    rows,
    options.labelSmoothing ?? 0,
    workspace.gradientLogits,
  );
  backward(kernels, network, workspace, rows, masks);

  const updated = layerPairs(network, workspace.gradients, state)
    .filter(({ head }) => head === undefined || losses.labelled[head] > 0);
  const gradientNorm = globalNorm(
    kernels,
    updated.map(({ gradient }) => gradient),
  );
  if (!Number.isFinite(gradientNorm)) return { losses, gradientNorm };
  const scale = (options.maxGradientNorm ?? Infinity) / gradientNorm;
  for (const pair of updated) {
    updateLayer(kernels, optimizer, state, pair, options, scale);
  }
  return { losses, gradientNorm };
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

/** Backpropagates `gradientLogits` to every parameter's gradient. */
function backward(
  kernels: Kernels,
  network: Network,
  workspace: Workspace,
  rows: number,
  masks: readonly Float32Array[] | undefined,
): void {
  const { activations, gradients, gradientHidden, gradientLogits } = workspace;
  const { logitStride, itemColumn } = activations;
  const features = featuresOf(activations);
  const stride = featureStride(network.sizes);
  const heads = [
    { layer: network.domain, gradient: gradients.domain, column: 0 },
    { layer: network.item, gradient: gradients.item, column: itemColumn },
  ];
  const gradientFeatures = gradientHidden.at(-1);
  heads.forEach(({ layer, gradient, column }, index) => {
    const g = gradientLogits.byteOffset + 4 * column;
    weightGradient(
      kernels,
      features,
      stride,
      g,
      logitStride,
      gradient,
      workspace,
      rows,
    );
    if (gradientFeatures !== undefined) {
      inputGradient(
        kernels,
        g,
        logitStride,
        layer,
        gradientFeatures,
        stride,
        rows,
        index > 0,
      );
    }
  });
  for (let l = network.trunk.length - 1; l >= 0; l--) {
    const layer = network.trunk[l]!;
    const width = layer.panels * PANEL;
    const g = gradientHidden[l]!;
    if (masks !== undefined) {
      kernels.multiply(g.byteOffset, masks[l]!.byteOffset, rows * width);
    }
    kernels.reluGradient(
      activations.hidden[l]!.byteOffset,
      g.byteOffset,
      rows * width,
    );
    const below = activations.hidden[l - 1] ?? activations.inputs;
    const belowStride = l > 0
      ? network.trunk[l - 1]!.panels * PANEL
      : activations.inputStride;
    const gradient = gradients.trunk[l]!;
    weightGradient(
      kernels,
      below,
      belowStride,
      g.byteOffset,
      width,
      gradient,
      workspace,
      rows,
    );
    if (l > 0) {
      const next = gradientHidden[l - 1]!;
      inputGradient(
        kernels,
        g.byteOffset,
        width,
        layer,
        next,
        belowStride,
        rows,
        false,
      );
    }
  }
}

function weightGradient(
  kernels: Kernels,
  x: Float32Array,
  xStride: number,
  g: number,
  gStride: number,
  gradient: Linear,
  { scratch }: Workspace,
  rows: number,
): void {
  kernels.linearWeightGradient(
    x.byteOffset,
    xStride,
    g,
    gStride,
    gradient.weight.byteOffset,
    gradient.bias.byteOffset,
    rows,
    gradient.inputs,
    gradient.panels,
    scratch.byteOffset,
  );
}

function inputGradient(
  kernels: Kernels,
  g: number,
  gStride: number,
  layer: Linear,
  dx: Float32Array,
  dxStride: number,
  rows: number,
  accumulate: boolean,
): void {
  kernels.linearInputGradient(
    g,
    gStride,
    layer.weight.byteOffset,
    dx.byteOffset,
    dxStride,
    rows,
    layer.inputs,
    layer.panels,
    accumulate ? 1 : 0,
  );
}

interface LayerPair {
  readonly layer: Linear;
  readonly gradient: Linear;
  readonly moments: readonly Linear[];
  /** Which head's labels it learns from; undefined for the trunk, which learns from both. */
  readonly head: "domain" | "item" | undefined;
}

function layerPairs(
  network: Network,
  gradients: Network,
  state: OptimizerState,
): LayerPair[] {
  const trunk = network.trunk.map((layer, l) => ({
    layer,
    gradient: gradients.trunk[l]!,
    moments: state.slots.map((slot) => slot.trunk[l]!),
    head: undefined,
  }));
  const heads = (["domain", "item"] as const).map((head) => ({
    layer: network[head],
    gradient: gradients[head],
    moments: state.slots.map((slot) => slot[head]),
    head,
  }));
  return [...trunk, ...heads];
}

function globalNorm(kernels: Kernels, gradients: readonly Linear[]): number {
  let sum = 0;
  for (const { weight, bias } of gradients) {
    sum += kernels.sumOfSquares(weight.byteOffset, weight.length);
    sum += kernels.sumOfSquares(bias.byteOffset, bias.length);
  }
  return Math.sqrt(sum);
}

function updateLayer(
  kernels: Kernels,
  optimizer: Optimizer,
  state: OptimizerState,
  { layer, gradient, moments }: LayerPair,
  { learningRate }: StepOptions,
  scale: number,
): void {
  for (const part of ["weight", "bias"] as const) {
    const name = `${layer.name}.${part}`;
    const step = (state.steps.get(name) ?? 0) + 1;
    state.steps.set(name, step);
    if (scale < 1) {
      kernels.scale(gradient[part].byteOffset, gradient[part].length, scale);
    }
    optimizer.update(kernels, {
      parameter: layer[part],
      gradient: gradient[part],
      moments: moments.map((moment) => moment[part]),
      step,
      learningRate,
      decay: part === "weight",
    });
  }
}
