/** Backpropagation: from the gradient of the logits to that of every layer's outputs. @module */

import type { Kernels } from "../kernels/mod.ts";
import { PANEL, panelCount } from "../kernels/panels.ts";
import type { Pointer } from "../kernels/pointer.ts";
import {
  featuresOf,
  featureStride,
  type Linear,
  type Network,
} from "../model/network.ts";
import type { Losses } from "./loss.ts";
import type { OptimizerState, Workspace } from "./workspace.ts";

/** A layer that takes part in a step, with what its gradient is made of: gᵀ·x. */
export interface LayerUpdate {
  readonly layer: Linear;
  readonly moments: readonly Linear[];
  /** Its input rows. */
  readonly x: Float32Array;
  readonly xStride: number;
  /** The block that ∂L/∂ its output rows lie in, from the pointer `g` on. */
  readonly gradient: Float32Array;
  readonly g: Pointer;
  readonly gStride: number;
}

/** The trunk, and the heads for which a row has a label. */
export function layersToUpdate(
  network: Network,
  state: OptimizerState,
  { activations, gradientHidden, gradientLogits }: Workspace,
  { labelled }: Losses,
): LayerUpdate[] {
  const { logitStride, columns } = activations;
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
  const heads = network.heads.map((layer, h): LayerUpdate => ({
    layer,
    moments: state.slots.map((slot) => slot.heads[h]!),
    x: featuresOf(activations),
    xStride: featureStride(network.sizes),
    gradient: gradientLogits,
    g: gradientLogits.byteOffset + 4 * columns[h]!,
    gStride: logitStride,
  }));
  return [...trunk, ...heads.filter((_, h) => labelled[h]! > 0)];
}

/**
 * Backpropagates the gradient of the examples' logits, rows 0 … `examples` − 1 of
 * `gradientLogits`, to all rows and the outputs of every trunk layer.
 */
export function backward(
  kernels: Kernels,
  network: Network,
  workspace: Workspace,
  examples: number,
  masks: readonly Float32Array[] | undefined,
): void {
  const { activations, gradientHidden } = workspace;
  const rows = examples * activations.rowsPerExample;
  shareAmongRows(kernels, workspace, examples);
  for (let l = network.trunk.length - 1; l >= 0; l--) {
    throughNextLayer(kernels, network, workspace, l, rows);
    const g = gradientHidden[l]!.byteOffset;
    const count = rows * network.trunk[l]!.panels * PANEL;
    if (masks !== undefined) {
      kernels.multiply(g, masks[l]!.byteOffset, count);
    }
    kernels.reluGradient(activations.hidden[l]!.byteOffset, g, count);
  }
}

/** Writes ∂L/∂ what trunk layer `l` passes on, from the gradient of the layer after it, or of the heads. */
function throughNextLayer(
  kernels: Kernels,
  network: Network,
  { activations, gradientHidden, gradientLogits }: Workspace,
  l: number,
  rows: number,
): void {
  const out = gradientHidden[l]!;
  const next = network.trunk[l + 1];
  if (next !== undefined) {
    const gStride = next.panels * PANEL;
    const g = gradientHidden[l + 1]!.byteOffset;
    inputGradient(kernels, next, { g, gStride, rows }, out, 0);
    return;
  }
  const { logitStride: gStride, columns } = activations;
  network.heads.forEach((head, h) => {
    const g = gradientLogits.byteOffset + 4 * columns[h]!;
    inputGradient(kernels, head, { g, gStride, rows }, out, h === 0 ? 0 : 1);
  });
}

/** Writes or adds ∂L/∂ the inputs of a layer, from that of its outputs. */
function inputGradient(
  kernels: Kernels,
  { weight, inputs, panels }: Linear,
  { g, gStride, rows }: {
    readonly g: Pointer;
    readonly gStride: number;
    readonly rows: number;
  },
  out: Float32Array,
  accumulate: 0 | 1,
): void {
  kernels.linearInputGradient({
    g,
    gStride,
    w: weight.byteOffset,
    dx: out.byteOffset,
    dxStride: panelCount(inputs) * PANEL,
    batch: rows,
    inputs,
    panels,
    accumulate,
  });
}

/** The mean's own backward pass: every row of an example has an equal share of its gradient. */
function shareAmongRows(
  kernels: Kernels,
  { activations: { logitStride, rowsPerExample }, gradientLogits }: Workspace,
  examples: number,
): void {
  if (rowsPerExample === 1) return;
  const length = examples * logitStride;
  kernels.scale(gradientLogits.byteOffset, length, 0.5);
  gradientLogits.copyWithin(length, 0, length);
}

/** Σ ‖∂L/∂θ‖² over the layers, exact to rounding, with no gradient of weights in memory. */
export function squaredNorm(
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
export function squaredBound(
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
