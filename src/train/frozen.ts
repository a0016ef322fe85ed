/**
 * Training heads on a trunk that stays as it is. The trunk's outputs for a view of
 * an image never change, so they are computed once; a step is then one of a network
 * without a trunk, whose inputs they are, over the same memory. The trunk's tensors
 * take no part in it: they neither move nor age.
 *
 * @module
 */

import { featuresOf, featureStride, type Network } from "../model/network.ts";
import type { Examples } from "../model/examples.ts";
import { featureCount } from "../model/sizes.ts";
import type { FillBatch } from "./batch.ts";
import { computeFeatures } from "./features.ts";
import { setLabels } from "./loss.ts";
import type { Recipe } from "./plan.ts";
import type { Trainer } from "./trainer.ts";

/** The most bytes of features that are kept; what is beyond is computed again. */
const MOST_BYTES = 2 ** 30;

/** A trainer's heads by themselves, in the trainer's memory. */
export function headsOf(trainer: Trainer): Trainer {
  const { network, state, workspace } = trainer;
  const { activations, masks } = workspace;
  return {
    ...trainer,
    network: withoutTrunk(network),
    state: { ...state, slots: state.slots.map(withoutTrunk) },
    workspace: {
      ...workspace,
      activations: {
        ...activations,
        inputs: featuresOf(activations),
        inputStride: featureStride(network.sizes),
        hidden: [],
        rowsPerExample: 1,
      },
      gradientHidden: [],
      masks: masks.slice(-1),
    },
  };
}

function withoutTrunk(network: Network): Network {
  const { sizes } = network;
  return {
    ...network,
    sizes: { ...sizes, inputs: featureCount(sizes), hidden: [] },
    trunk: [],
  };
}

/** The material for training heads alone. */
export interface HeadsTraining {
  readonly trainer: Trainer;
  readonly examples: Examples;
  readonly recipe: Recipe;
  readonly fill: FillBatch;
}

/**
 * Training a trainer's heads on its trunk's outputs. Settings of the recipe for hidden
 * units then apply to the heads' inputs; an image and its mirror image are one row, the
 * mean of both.
 */
export function headsTraining(
  trainer: Trainer,
  examples: Examples,
  recipe: Recipe,
): HeadsTraining {
  return {
    trainer: headsOf(trainer),
    examples: { ...examples, mirror: undefined, cells: [] },
    recipe: { ...recipe, inputDropout: recipe.hiddenDropout, hiddenDropout: 0 },
    fill: featureBatches(trainer, examples),
  };
}

/**
 * Fills the batches of {@linkcode headsOf} a trainer with the trunk's outputs, each
 * computed when it is first asked for.
 */
export function featureBatches(
  trainer: Trainer,
  examples: Examples,
): FillBatch {
  const { network: { sizes }, workspace: { activations } } = trainer;
  const stride = featureStride(sizes);
  const features = featuresOf(activations);
  const known = new Map<number, Float32Array>();
  const room = Math.floor(MOST_BYTES / (4 * stride));

  return ({ workspace }, _, rows, views) => {
    const keys = Array.from(rows, (row, b) => row * examples.views + views[b]!);
    const missing = [...keys.keys()].filter((b) => !known.has(keys[b]!));
    const computed = computeFeatures(
      trainer,
      examples,
      missing.map((b) => rows[b]!),
      missing.map((b) => views[b]!),
    );
    const fresh = new Map(missing.map((b, n) => [
      keys[b]!,
      computed.slice(n * stride, (n + 1) * stride),
    ]));
    keys.forEach((key, b) => {
      features.set(known.get(key) ?? fresh.get(key)!, b * stride);
      setLabels(
        sizes.heads,
        workspace.labels,
        b,
        (head) => examples.labelOf(rows[b]!, head),
      );
    });
    for (const [key, values] of fresh) {
      if (known.size < room) known.set(key, values);
    }
  };
}
