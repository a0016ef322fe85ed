/** Adapting to another domain by a few labelled images of it, in several ways and draws. @module */

import type { Examples } from "../../model/examples.ts";
import type { TrainingPlan } from "../../train/plan.ts";
import type { Features } from "./methods.ts";
import {
  type Draw,
  drawRows,
  labelsIn,
  splitTarget,
  type Task,
} from "./protocol.ts";
import {
  type AdaptationHooks,
  countSteps,
  type Trunk,
  Trunks,
} from "./trunks.ts";
import { WAYS } from "./ways.ts";

/** The plan of a comparison. */
export interface AdaptationPlan {
  readonly examples: Examples;
  readonly task: Task;
  /** The plan of training on the source; its seed is replaced by that of each draw. */
  readonly plan: TrainingPlan;
  /** Source images of each class. */
  readonly perClass: number;
  /** Numbers of labelled target images of each class, ascending. */
  readonly shots: readonly number[];
  /** Draws, with seeds 0, 1, …. */
  readonly draws: number;
}

/** The accuracies of one number of shots. */
export interface Point {
  readonly shots: number;
  /** Labelled target images, and those to judge by. */
  readonly labelled: number;
  readonly test: number;
  /** Accuracy of every draw, by the way's name. */
  readonly accuracies: Readonly<Record<string, readonly number[]>>;
}

/** The outcome, as plain data. */
export interface Adaptation {
  readonly dataset: { readonly hash: string; readonly images: number };
  /** Name of the head that tells classes. */
  readonly head: string;
  readonly source: string;
  readonly target: string;
  /** Source images of each class, where there are as many, and in all. */
  readonly perClass: number;
  readonly sourceImages: number;
  readonly draws: number;
  readonly points: readonly Point[];
  readonly seconds: number;
}

/**
 * Compares the ways.
 *
 * @throws {DivergedError} If a training diverges.
 * @throws The signal's reason if it aborts.
 */
export async function runAdaptation(
  plan: AdaptationPlan,
  hooks: AdaptationHooks = {},
): Promise<Adaptation> {
  const started = performance.now();
  const { examples, task, perClass } = plan;
  const draws = Array.from(
    { length: plan.draws },
    (_, seed) => drawRows(examples, task, perClass, seed),
  );
  const trunks = new Trunks(plan, countSteps(plan, draws), hooks);
  const results: Record<string, number>[][] = [];
  for (const [seed, draw] of draws.entries()) {
    results.push(await judgeDraw(plan, trunks, draw, seed));
  }
  const [first] = draws;
  return {
    dataset: { hash: examples.hash, images: examples.length },
    head: task.head.name,
    source: labelsIn(examples, task.by)[task.source]!,
    target: labelsIn(examples, task.by)[task.target]!,
    perClass,
    sourceImages: first!.source.length,
    draws: plan.draws,
    points: plan.shots.map((shots, n): Point => {
      const { labelled, test } = splitTarget(examples, task, first!, shots);
      return {
        shots,
        labelled: labelled.length,
        test: test.length,
        accuracies: Object.fromEntries(
          WAYS.map((
            { name },
          ) => [name, results.map((draw) => draw[n]![name]!)]),
        ),
      };
    }),
    seconds: (performance.now() - started) / 1000,
  };
}

/** The accuracy of every way, for each number of shots. */
async function judgeDraw(
  { examples, task, shots }: AdaptationPlan,
  trunks: Trunks,
  draw: Draw,
  seed: number,
): Promise<Record<string, number>[]> {
  const source = await trunks.ofSource(draw, seed);
  const accuracies: Record<string, number>[] = [];
  for (const count of shots) {
    const { labelled, test } = splitTarget(examples, task, draw, count);
    const joint = count === 0
      ? source
      : await trunks.ofBoth(source, draw, labelled, seed);
    const seen = (trunk: Trunk): Features => ({
      head: trunk.head,
      count: trunk.features,
      source: trunk.see(draw.source),
      others: () => trunk.see(draw.others),
      labelled: trunk.see(labelled),
      test: trunk.see(test),
    });
    const features = { source: seen(source), joint: seen(joint) };
    const found: Record<string, number> = {};
    for (const { name, trunk, method } of WAYS) {
      const own = features[trunk];
      found[name] = accuracyOf(await method(own), own.test.labels[0]!);
    }
    accuracies.push(found);
  }
  return accuracies;
}

function accuracyOf(
  said: ArrayLike<number>,
  labels: Float32Array,
): number {
  return labels.filter((label, i) => said[i] === label).length / labels.length;
}
