/** One network with all heads, one network for each head, or one head for all combinations of classes. @module */

import {
  type HeadOutputs,
  type HeadScore,
  isKnown,
  type Metrics,
} from "../../heads/head.ts";
import { type HeadSpec, kindOf } from "../../heads/kinds.ts";
import { createArena } from "../../kernels/arena.ts";
import type { Kernels } from "../../kernels/mod.ts";
import { type Examples, labelsOf } from "../../model/examples.ts";
import { adamw } from "../../optim/adam.ts";
import type { Recipe } from "../../train/plan.ts";
import { scoreOutputs } from "../../train/metrics.ts";
import { measuredHeads } from "../../train/run_state.ts";
import {
  joinHeads,
  type Joining,
  joiningOf,
  separateOutputs,
} from "./joint_head.ts";
import { PLAIN_RECIPE } from "./recipe.ts";
import { type Material, runTrial, type Trial } from "./trial.ts";

/** The outcome of one way of asking all questions. */
export interface HeadsResult {
  readonly name: string;
  readonly networks: number;
  /** Of all its networks. */
  readonly parameters: number;
  /** One entry per seed. */
  readonly runs: readonly HeadsRun[];
}

/** One seed's outcome. */
export interface HeadsRun {
  readonly seed: number;
  /** Training time of all networks. */
  readonly seconds: number;
  /** Metrics on the test images by the head's name. */
  readonly heads: Readonly<Record<string, Metrics>>;
  /**
   * Share of the test images of which all heads that divide images into groups
   * were right; NaN where fewer than two do.
   */
  readonly together: number;
}

/** A way of asking all questions. */
interface Way {
  readonly name: string;
  /** The examples of each of its networks. */
  readonly networks: readonly Examples[];
  /** The outputs of every head from those of the networks. */
  answers(
    kernels: Kernels,
    outputs: readonly (readonly HeadOutputs[])[],
  ): readonly HeadOutputs[];
}

const RECIPE: Recipe = {
  ...PLAIN_RECIPE,
  epochs: 15,
  schedule: "one-cycle",
  learningRate: 1e-3,
  hiddenDropout: 0.5,
  inputDropout: 0.2,
};

/** Networks that {@linkcode compareHeads} trains per seed. */
export function networksPerSeed(heads: readonly HeadSpec[]): number {
  if (heads.length < 2) return 0;
  return 1 + heads.length + (joiningOf(heads) === undefined ? 0 : 1);
}

/**
 * Compares the ways with the same trunk, recipe and seeds; `onTrial` is called
 * after each network. There is nothing to compare where there is one head.
 */
export async function compareHeads(
  material: Material,
  hidden: readonly number[],
  seeds: readonly number[],
  onTrial: () => void,
): Promise<HeadsResult[]> {
  if (material.examples.heads.length < 2) return [];
  const results: HeadsResult[] = [];
  const { kernels } = await createArena(() => ({}));
  for (const way of waysOf(material)) {
    const runs: HeadsRun[] = [];
    let parameters = 0;
    for (const seed of seeds) {
      const trials: Trial[] = [];
      for (const examples of way.networks) {
        trials.push(
          await runTrial({ ...material, examples }, {
            hidden,
            optimizer: adamw({ weightDecay: 0.05 }),
            recipe: { ...RECIPE, seed },
          }),
        );
        onTrial();
      }
      parameters = sum(trials.map(({ parameters }) => parameters));
      runs.push(runOf(kernels, material, way, seed, trials));
    }
    const { name, networks } = way;
    results.push({ name, networks: networks.length, parameters, runs });
  }
  return results;
}

function waysOf({ examples, rows }: Material): Way[] {
  const heads = measuredHeads(examples, rows.train);
  const joining = joiningOf(heads);
  return [
    {
      name: "one network",
      networks: [examples],
      answers: (_, [outputs]) => outputs!,
    },
    {
      name: "a network per head",
      networks: heads.map((head, h) => ({
        ...examples,
        heads: [head],
        labelOf: (row) => examples.labelOf(row, h),
      })),
      answers: (_, outputs) => outputs.map(([own]) => own!),
    },
    ...(joining === undefined ? [] : [jointWay(examples, rows.test, joining)]),
  ];
}

function jointWay(
  examples: Examples,
  test: Uint32Array,
  joining: Joining,
): Way {
  const { heads } = examples;
  const labels = heads.map((_, h) => labelsOf(examples, test, h));
  return {
    name: "joint classes",
    networks: [joinHeads(examples, joining)],
    answers: (kernels, [outputs]) =>
      separateOutputs(kernels, heads, joining, outputs!, labels),
  };
}

function runOf(
  kernels: Kernels,
  { examples, rows }: Material,
  way: Way,
  seed: number,
  trials: readonly Trial[],
): HeadsRun {
  const heads = measuredHeads(examples, rows.train);
  const outputs = way.answers(kernels, trials.map(({ outputs }) => outputs));
  const scores = scoreOutputs(kernels, heads, outputs);
  return {
    seed,
    seconds: sum(trials.map(({ seconds }) => seconds)),
    heads: Object.fromEntries(
      heads.map(({ name }, h) => [name, scores[h]!.metrics]),
    ),
    together: rightTogether(heads, outputs, scores),
  };
}

/** See {@linkcode HeadsRun.together}; an image counts if it has all labels. */
function rightTogether(
  heads: readonly HeadSpec[],
  outputs: readonly HeadOutputs[],
  scores: readonly HeadScore[],
): number {
  const dividing = [...heads.keys()].filter((h) =>
    kindOf(heads[h]!).groups(heads[h]!).length > 0
  );
  if (dividing.length < 2) return NaN;
  const labelled = [...outputs[0]!.labels.keys()].filter((n) =>
    dividing.every((h) => isKnown(outputs[h]!.labels[n]!))
  );
  const right = labelled.filter((n) =>
    dividing.every((h) => scores[h]!.predicted[n] === outputs[h]!.labels[n])
  );
  return right.length / labelled.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
