/** The memory of training steps: optimizer state, and everything between batch and update. @module */

import type { Allocator } from "../kernels/arena.ts";
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
  type Network,
  type RowsPerExample,
} from "../model/network.ts";
import { layerSpecs, type Sizes } from "../model/sizes.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { allocateLabels, type Labels } from "./loss.ts";

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

/** The working memory of a step besides parameters and moments, for up to `capacity` examples. */
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
  /** Dropout masks of each trunk layer's output. */
  readonly masks: readonly Float32Array[];
  readonly scratch: Float32Array;
}

/** Takes the blocks for steps on up to `capacity` examples by `threads` threads. */
export function allocateWorkspace(
  allocate: Allocator,
  sizes: Sizes,
  optimizer: Optimizer,
  capacity: number,
  threads = 1,
  rowsPerExample: RowsPerExample = 1,
): Workspace {
  const rows = capacity * rowsPerExample;
  const rowsOf = (width: number) => rows * panelCount(width) * PANEL;
  const layers = layerSpecs(sizes);
  const largest = (of: (layer: typeof layers[number]) => number) =>
    Math.max(...layers.map(of));
  // One row more than a batch: mixup sets the first row aside there.
  const activations = allocateActivations(
    allocate,
    sizes,
    rows + 1,
    rowsPerExample,
  );
  return {
    capacity,
    activations,
    labels: allocateLabels(allocate, sizes.heads, capacity),
    gradientHidden: sizes.hidden.map((width) => allocate.floats(rowsOf(width))),
    gradientLogits: allocate.floats(rows * activations.logitStride),
    gradientWeight: allocate.floats(
      optimizer.updateWeights
        ? 0
        : largest(({ outputs, inputs }) => packedLength(outputs, inputs)),
    ),
    gradientBias: allocate.floats(
      largest(({ outputs }) => panelCount(outputs) * PANEL),
    ),
    masks: sizes.hidden.map((width) => allocate.floats(rowsOf(width))),
    scratch: allocate.floats(threads * weightGradientScratch(rows)),
  };
}
