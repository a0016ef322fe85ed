/** The trunks that ways to adapt work on: trained on the source alone, or on both domains. @module */

import {
  type ClassesHead,
  type Examples as Rows,
  examplesFrom,
  headsFrom,
} from "../../correction/heads.ts";
import { sha256 } from "../../model/bits.ts";
import {
  type Examples,
  labelsOf,
  rowsPerExample,
} from "../../model/examples.ts";
import { featureCount } from "../../model/sizes.ts";
import {
  loadParameters,
  type ModelState,
  neutralCalibration,
} from "../../model/state.ts";
import { computeFeatures } from "../../train/features.ts";
import { stepsOf } from "../../train/fit.ts";
import type { Origin } from "../../train/origin.ts";
import type { TrainingPlan } from "../../train/plan.ts";
import { runTraining } from "../../train/run.ts";
import { createEvaluator } from "../../train/trainer.ts";
import { type Draw, splitTarget, type Task } from "./protocol.ts";

/** Images that a trunk sees together. */
const BATCH = 64;
/** Passes of the joint training, which begins with a trunk that knows the source. */
const JOINT_EPOCHS = 15;
/** The most times that a labelled target image is seen in one of them. */
const MOST_REPEATS = 5;

/** Names how models are trained here. A model that was kept is one of the same name only. */
const RULES = "adapt 1";

/** Callbacks of the caller, and its options. */
export interface AdaptationHooks {
  readonly signal?: AbortSignal;
  /** Threads to train with, default 1; the figures do not depend on them. */
  readonly threads?: number;
  /** Called after every step, with all steps so far and altogether. */
  onStep?(done: number, total: number, what: string): void;
  /** A model that was kept, by the name of its training. */
  find?(name: string): Promise<Origin | undefined>;
  /** Called with every model that was trained, and the name of its training. */
  keep?(name: string, state: ModelState): Promise<void>;
}

/** A model that was trained, and what it sees. */
export interface Trunk {
  /** Names the training: sha-256 of all that it follows from. */
  readonly name: string;
  readonly model: Origin;
  readonly head: ClassesHead;
  /** Number H of features. */
  readonly features: number;
  /** The features of some rows, computed once, and their labels. */
  see(rows: Uint32Array): Rows;
}

/** The setup of a training: images and classes, plan, and shots. */
export interface TrunkSetup {
  readonly examples: Examples;
  readonly task: Task;
  readonly plan: TrainingPlan;
  readonly shots: readonly number[];
}

/** Trains models of one head, the one that tells classes. */
export class Trunks {
  readonly #examples: Examples;
  #done = 0;

  constructor(
    private readonly setup: TrunkSetup,
    private readonly total: number,
    private readonly hooks: AdaptationHooks,
  ) {
    const { examples, task: { head, main } } = setup;
    this.#examples = {
      ...examples,
      heads: [head],
      labelOf: (row) => examples.labelOf(row, main),
    };
  }

  /** A model trained on a draw's source images alone. */
  async ofSource({ source }: Draw, seed: number): Promise<Trunk> {
    const plan = planFor(this.setup.plan, seed);
    return await this.#trained([...source], plan, `draw ${seed + 1}`);
  }

  /**
   * The same model trained on, on source and labelled target images. The target's
   * are repeated as often, up to five times, as makes them about as many.
   */
  async ofBoth(
    base: Trunk,
    draw: Draw,
    labelled: Uint32Array,
    seed: number,
  ): Promise<Trunk> {
    const { recipe, ...plan } = planFor(this.setup.plan, seed);
    const tuned = {
      ...plan,
      recipe: { ...recipe, epochs: JOINT_EPOCHS },
      from: { trunk: "tuned", sha256: base.name } as const,
    };
    return await this.#trained(
      jointRows(draw, labelled),
      tuned,
      `draw ${seed + 1}, ${labelled.length} target images`,
      base.model,
    );
  }

  async #trained(
    rows: readonly number[],
    plan: TrainingPlan,
    what: string,
    from?: Origin,
  ): Promise<Trunk> {
    const { find, keep, onStep } = this.hooks;
    const { hash } = this.#examples;
    const text = JSON.stringify({ rules: RULES, hash, rows, plan });
    const name = await sha256(new TextEncoder().encode(text));
    let model = await find?.(name);
    if (model === undefined) {
      const state = await this.#train(rows, plan, what, from);
      await keep?.(name, state);
      model = state;
    }
    onStep?.(this.#done += stepsOf(plan.recipe, rows.length), this.total, what);
    return await trunkOf(name, model, this.#examples);
  }

  async #train(
    rows: readonly number[],
    plan: TrainingPlan,
    what: string,
    from: Origin | undefined,
  ): Promise<ModelState> {
    const { signal, threads, onStep } = this.hooks;
    const none = new Uint32Array();
    const { state, ended, error } = await runTraining(
      this.#examples,
      { train: Uint32Array.from(rows), validation: none, test: none },
      plan,
      undefined,
      {
        ...(from && { from }),
        ...(signal && { signal }),
        ...(threads && { threads }),
        onStep: ({ step }) => onStep?.(this.#done + step, this.total, what),
      },
    );
    if (error !== undefined) throw error;
    if (ended === "interrupted") signal?.throwIfAborted();
    return state;
  }
}

async function trunkOf(
  name: string,
  model: Origin,
  examples: Examples,
): Promise<Trunk> {
  const { sizes, parameters, standardization } = model;
  const evaluator = await createEvaluator(
    sizes,
    BATCH,
    rowsPerExample(examples),
  );
  loadParameters(evaluator.network, parameters);
  evaluator.standardization.mean.set(standardization.mean);
  evaluator.standardization.inverseDeviation.set(
    standardization.inverseDeviation,
  );
  const seen = new WeakMap<Uint32Array, Rows>();
  const { heads } = sizes;
  const calibration = neutralCalibration(sizes);
  const [head] = headsFrom({ heads, calibration }, parameters);
  return {
    name,
    model,
    features: featureCount(sizes),
    head: head as ClassesHead,
    see(rows) {
      const known = seen.get(rows);
      if (known !== undefined) return known;
      const features = examplesFrom(heads, {
        features: computeFeatures(evaluator, examples, rows),
        labels: [labelsOf(examples, rows, 0)],
        length: rows.length,
      });
      seen.set(rows, features);
      return features;
    },
  };
}

/** Steps of all trainings of some draws. */
export function countSteps(
  { examples, task, plan: { recipe }, shots }: TrunkSetup,
  draws: readonly Draw[],
): number {
  const joint = { ...recipe, epochs: JOINT_EPOCHS };
  const steps = draws.flatMap((draw) => [
    stepsOf(recipe, draw.source.length),
    ...shots.filter((count) => count > 0).map((count) => {
      const { labelled } = splitTarget(examples, task, draw, count);
      return stepsOf(joint, jointRows(draw, labelled).length);
    }),
  ]);
  return steps.reduce((sum, each) => sum + each, 0);
}

/** Source rows, and the labelled ones of the target, these repeated. */
function jointRows({ source }: Draw, labelled: Uint32Array): number[] {
  const fitting = Math.round(source.length / labelled.length);
  const repeats = Math.min(MOST_REPEATS, Math.max(1, fitting));
  return [...source, ...Array(repeats).fill([...labelled]).flat()];
}

function planFor(
  { recipe, ...plan }: TrainingPlan,
  seed: number,
): TrainingPlan {
  return { ...plan, recipe: { ...recipe, seed } };
}
