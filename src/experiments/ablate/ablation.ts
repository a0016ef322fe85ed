/** What each piece of a recipe brings: the whole recipe beside itself with one piece changed. @module */

import { DataError } from "../../errors.ts";
import { mean } from "../compare/trial.ts";
import type { Evaluation } from "../../train/evaluate.ts";
import { type Figures, headFigures } from "../../train/figures.ts";
import { stepsOf } from "../../train/fit.ts";
import type { NamedExamples, Rows, TrainingPlan } from "../../train/plan.ts";
import type { DatasetSummary } from "../../report/run.ts";
import { type RunHooks, runTraining } from "../../train/run.ts";
import type { Change, Setup } from "./pieces.ts";

/** What the recipe with nothing changed is called. */
export const WHOLE = "the whole recipe";

/** Figures of both heads on the test pictures. */
export type Scores = Pick<Figures, "domain" | "item">;

/** What one training run came to. */
export interface AblationRun {
  readonly seed: number;
  /** Calibrated on the validation pictures. */
  readonly calibrated: Scores;
  /** As the network says it. */
  readonly uncalibrated: Scores;
}

/** Runs with one piece changed, one per seed. */
export interface PieceResult {
  readonly name: string;
  readonly runs: readonly AblationRun[];
  /** Item accuracy less that of the whole recipe, paired by seed. */
  readonly difference: Estimate;
}

/** A mean over the seeds. */
export interface Estimate {
  readonly mean: number;
  /** Of the mean; missing where there is one seed only. */
  readonly standardError?: number;
}

/** What came out, as plain data. */
export interface Ablation {
  readonly dataset: {
    readonly hash: string;
    readonly images: number;
    readonly domains: number;
    readonly items: number;
  };
  /** As in the plan, such as "80/5/15 blocks". */
  readonly split: string;
  /** Numbers of pictures, the same for every seed. */
  readonly pictures: DatasetSummary["split"];
  readonly whole: readonly AblationRun[];
  readonly pieces: readonly PieceResult[];
  readonly seconds: number;
}

/** What to train. */
export interface AblationPlan {
  readonly examples: NamedExamples;
  /** The whole recipe; its seed is replaced. */
  readonly plan: TrainingPlan;
  /** The rows of every seed. */
  readonly splits: ReadonlyMap<number, Rows>;
  /** The changes by name. */
  readonly pieces: Readonly<Record<string, Change>>;
}

/** What the caller hears and says meanwhile. */
export interface AblationHooks {
  readonly signal?: AbortSignal;
  /** Threads to train with, default 1; the figures do not depend on them. */
  readonly threads?: number;
  /** Called after every step, with all steps so far and altogether. */
  onStep?(done: number, total: number, run: string): void;
}

/**
 * Trains the whole recipe, then each changed one, with every seed.
 *
 * @throws {DataError} If a split has no test pictures.
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
      "Cannot compare recipes: expected test pictures, got none",
    );
  }
  const changes = Object.entries(pieces);
  const perRun = stepsOf(plan.recipe, train.length);
  const total = perRun * splits.size * (1 + changes.length);
  let done = 0;
  const runs = async (name: string, change: Change) => {
    const results: AblationRun[] = [];
    for (const [seed, rows] of splits) {
      const recipe = { ...plan.recipe, seed };
      const setup = change({ examples, plan: { ...plan, recipe } });
      results.push(
        await run(setup, rows, {
          ...(signal && { signal }),
          ...(threads && { threads }),
          onStep: ({ step }) =>
            onStep?.(done + step, total, `${name}, seed ${seed}`),
        }),
      );
      done += perRun;
    }
    return results;
  };
  const whole = await runs(WHOLE, (setup) => setup);
  const results: PieceResult[] = [];
  for (const [name, change] of changes) {
    const changed = await runs(name, change);
    results.push({
      name,
      runs: changed,
      difference: pairedDifference(changed, whole),
    });
  }
  return {
    dataset: {
      hash: examples.hash,
      images: examples.length,
      domains: examples.domains.length,
      items: examples.items.length,
    },
    split: plan.split,
    pictures: {
      train: train.length,
      validation: validation.length,
      test: test.length,
    },
    whole,
    pieces: results,
    seconds: (performance.now() - start) / 1000,
  };
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
  const { calibrated, uncalibrated } = test!;
  return {
    seed: plan.recipe.seed,
    calibrated: scoresOf(calibrated),
    uncalibrated: scoresOf(uncalibrated),
  };
}

function scoresOf({ domain, item }: Evaluation): Scores {
  return { domain: headFigures(domain), item: headFigures(item) };
}

/**
 * The mean of the differences in item accuracy between runs of the same seed.
 *
 *   s = √(Σ (dᵢ − d̄)² / (n − 1)) / √n
 */
function pairedDifference(
  changed: readonly AblationRun[],
  whole: readonly AblationRun[],
): Estimate {
  const accuracy = ({ calibrated }: AblationRun) => calibrated.item.accuracy;
  const differences = changed.map((run, n) =>
    accuracy(run) - accuracy(whole[n]!)
  );
  const center = mean(differences);
  if (differences.length === 1) return { mean: center };
  const squares = differences.map((each) => (each - center) * (each - center));
  const standardError = Math.sqrt(mean(squares) / (differences.length - 1));
  return { mean: center, standardError };
}
