/** An ablation: the whole recipe beside itself with one piece changed at a time. @module */

import { DataError } from "../../errors.ts";
import type { HeadScore, Metrics } from "../../heads/head.ts";
import type { HeadSpec } from "../../heads/kinds.ts";
import type { Examples } from "../../model/examples.ts";
import { stepsOf } from "../../train/fit.ts";
import type { Rows, TrainingPlan } from "../../train/plan.ts";
import { type RunHooks, runTraining } from "../../train/run.ts";
import { mainHead, metricIn } from "../quality.ts";
import { type Estimate, pairedDifference } from "../statistics.ts";
import type { Change, Setup } from "./pieces.ts";

/** The name of the recipe with nothing changed. */
export const WHOLE = "the whole recipe";

/** Metrics on the test images by the head's name. */
export type Scores = Readonly<Record<string, Metrics>>;

/** One training run's metrics. */
export interface AblationRun {
  readonly seed: number;
  /** Calibrated on the validation images. */
  readonly calibrated: Scores;
  /** As the network says it. */
  readonly uncalibrated: Scores;
}

/** Runs with one piece changed, one per seed. */
export interface PieceResult {
  readonly name: string;
  readonly runs: readonly AblationRun[];
  /** The main head's metric less that of the whole recipe, paired by seed. */
  readonly difference: Estimate;
}

/** The outcome of an ablation, as plain data. */
export interface Ablation {
  readonly dataset: {
    readonly hash: string;
    readonly images: number;
    readonly heads: readonly HeadSpec[];
  };
  /** As in the plan, such as "80/5/15 blocks". */
  readonly split: string;
  /** Numbers of images, the same for every seed. */
  readonly images: Readonly<Record<"train" | "validation" | "test", number>>;
  readonly whole: readonly AblationRun[];
  readonly pieces: readonly PieceResult[];
  readonly seconds: number;
}

/** The runs that an ablation consists of. */
export interface AblationPlan {
  readonly examples: Examples;
  /** The whole recipe; its seed is replaced. */
  readonly plan: TrainingPlan;
  /** The rows of every seed. */
  readonly splits: ReadonlyMap<number, Rows>;
  /** The changes by name. */
  readonly pieces: Readonly<Record<string, Change>>;
}

/** Calls during an ablation, its interruption, and its threads. */
export interface AblationHooks {
  readonly signal?: AbortSignal;
  /** Threads to train with, default 1; the metrics do not depend on them. */
  readonly threads?: number;
  /** Called after every step, with all steps so far and altogether. */
  onStep?(done: number, total: number, run: string): void;
}

/**
 * Trains the whole recipe, then each changed one, with every seed.
 *
 * @throws {DataError} If a split has no test images.
 * @throws {DivergedError} If a run diverges.
 * @throws The signal's reason if it aborts.
 */
export async function runAblation(
  { examples, plan, splits, pieces }: AblationPlan,
  { signal, threads, onStep }: AblationHooks = {},
): Promise<Ablation> {
  const start = performance.now();
  const [{ train, validation, test }] = [...splits.values()] as [Rows];
  if (test.length === 0) {
    throw new DataError(
      "Cannot compare recipes: expected test images, got none",
    );
  }
  const { hash, heads, length } = examples;
  const changes = Object.entries(pieces);
  const perRun = stepsOf(plan.recipe, train.length);
  const total = perRun * splits.size * (1 + changes.length);
  let done = 0;
  const runs = async (name: string, change: Change) => {
    const results: AblationRun[] = [];
    for (const [seed, rows] of splits) {
      const recipe = { ...plan.recipe, seed };
      const setup = change({ examples, plan: { ...plan, recipe } });
      const trained = await run(setup, rows, {
        ...(signal && { signal }),
        ...(threads && { threads }),
        onStep: ({ step }) =>
          onStep?.(done + step, total, `${name}, seed ${seed}`),
      });
      results.push(trained);
      done += perRun;
    }
    return results;
  };
  const whole = await runs(WHOLE, (setup) => setup);
  const results: PieceResult[] = [];
  for (const [name, change] of changes) {
    const changed = await runs(name, change);
    const difference = differenceOf(mainHead(heads), changed, whole);
    results.push({ name, runs: changed, difference });
  }
  return {
    dataset: { hash, images: length, heads },
    split: plan.split,
    images: {
      train: train.length,
      validation: validation.length,
      test: test.length,
    },
    whole,
    pieces: results,
    seconds: (performance.now() - start) / 1000,
  };
}

function differenceOf(
  head: HeadSpec,
  changed: readonly AblationRun[],
  whole: readonly AblationRun[],
): Estimate {
  const [a, b] = [changed, whole].map((runs) =>
    runs.map(({ calibrated }) => metricIn(head, calibrated))
  );
  return pairedDifference(a!, b!);
}

async function run(
  { examples, plan }: Setup,
  rows: Rows,
  hooks: RunHooks,
): Promise<AblationRun> {
  const { ended, test, error } = await runTraining(
    examples,
    rows,
    plan,
    undefined,
    hooks,
  );
  if (error !== undefined) throw error;
  if (ended === "interrupted") hooks.signal?.throwIfAborted();
  const { heads, calibrated, uncalibrated } = test!;
  return {
    seed: plan.recipe.seed,
    calibrated: scoresOf(heads, calibrated),
    uncalibrated: scoresOf(heads, uncalibrated),
  };
}

function scoresOf(
  heads: readonly HeadSpec[],
  scores: readonly HeadScore[],
): Scores {
  return Object.fromEntries(
    heads.map(({ name }, h) => [name, scores[h]!.metrics]),
  );
}
