/**
 * The policy of a correction: gate, a few Adam steps, finish, guard, memory. One
 * function of its arguments: heads and memory go in, others come out.
 *
 * docs/fine-tuning.md has the formulas, their sources and what was measured.
 *
 * @module
 */

import { AdamSteps, type StepPlan } from "./adam_steps.ts";
import { finish } from "./finish.ts";
import { gate, soundness } from "./gate.ts";
import type { GuardSet, Verdict } from "./guard.ts";
import { chooseGuards } from "./guard_sets.ts";
import type { WhitenedTable } from "./head_change.ts";
import {
  type ClassesHead,
  type Examples,
  type Head,
  pick,
  rowsOf,
} from "./heads.ts";
import { Judge } from "./judge.ts";
import { type Memory, recall, remember } from "./memory.ts";
import { Metric } from "./metric.ts";
import { addClass, type GrownClasses, measureWithin } from "./new_class.ts";
import { Scorer } from "./scorer.ts";
import { unlearned } from "./unlearned.ts";
import { turn } from "../waiting.ts";

/** The base model and the examples that a corrector works with. */
export interface Material {
  /** The heads before any correction; a class that was added later, as it was added. */
  readonly base: readonly Head[];
  /** Number H of features. */
  readonly features: number;
  /** Training examples: the metric is measured on them, and steps see some of them. */
  readonly replay: Examples;
  /** Examples that no head was trained on. */
  readonly guard: Examples;
}

/** The state that every accepted correction changes. */
export interface Tuned {
  readonly heads: readonly Head[];
  /** Adam's second moment of each head. */
  readonly secondMoments: readonly WhitenedTable[];
  readonly memory: Memory;
}

/** Does a part of the work; it may measure the time. */
export type Timer = <T>(part: string, work: () => T) => T;

/** Options of a correction; see {@linkcode DEFAULTS}. */
export interface CorrectionOptions {
  /** The margin, in logits, by which an answer must be right. */
  readonly margin?: number;
  /** Whether to skip the gate. */
  readonly trusted?: boolean;
  /** Steps of Adam before the finish. */
  readonly steps?: number;
  readonly learningRate?: number;
  /** Seed of the draws, from the number of the version to be made and of the attempt. */
  readonly seed: number;
  /** Does the parts of the work: `gate`, `steps`, `finish` and `guard`. */
  readonly time?: Timer;
}

/** The outcome of a request. */
export interface Correction extends Tuned {
  /** Whether the heads and the memory are new and may be published. */
  readonly accepted: boolean;
  /** Why not; null if they may. */
  readonly reason: string | null;
  /** For each example, why it was not used; null if it was. */
  readonly dropped: readonly (string | null)[];
  /** The corrected heads, accepted or not. */
  readonly draft: readonly Head[];
  /** Null where too many examples were dropped. */
  readonly guard: Verdict | null;
  /** Updates of the finish. */
  readonly updates: number;
}

/** Defaults of the options, chosen by measurement (docs/fine-tuning.md). */
export const DEFAULTS = { margin: 0.5, steps: 1, learningRate: 3e-5 };

/** The plan of learning a request that has passed the gate. */
interface LearningPlan extends StepPlan {
  readonly margin: number;
  readonly time: Timer;
}

const untimed: Timer = (_part, work) => work();

/** The largest share of implausible examples; with more, the whole request is refused. */
const MOST_DROPPED = 0.25;
/** The verdict on a draft that is no model: of labels that are too large for its numbers. */
const UNSTABLE: Verdict = {
  accepted: false,
  reason: "The correction led to numbers that are not finite.",
  heads: [],
};
/** Seed of the batches that the first second moments are measured on: the same for every model. */
const SEED = 0;

/** The policy for one base model, with the memory for its computations. */
export class Corrector {
  readonly #judge: Judge;

  private constructor(
    private readonly material: Material,
    private readonly metric: Metric,
    private readonly scorer: Scorer,
    private readonly adam: AdamSteps,
    private readonly guards: readonly GuardSet[],
  ) {
    this.#judge = new Judge(scorer, material.base, guards);
  }

  /** Measures the metric of the replay memory, and takes the memory for heads of the base model's sizes. */
  static async create(material: Material): Promise<Corrector> {
    const { base, features, replay } = material;
    const rows = Math.max(...base.map(rowsOf));
    const metric = await Metric.create(replay.features, { features });
    const scorer = await Scorer.create(features, rows + 1); // room for a class that is added
    const adam = await AdamSteps.create(metric, scorer, replay, rows);
    const guards = chooseGuards(scorer, base, material.guard, replay);
    return new Corrector(material, metric, scorer, adam, guards);
  }

  /** The base model's second moments, which a first correction starts from. */
  firstSecondMoments(): Promise<WhitenedTable[]> {
    return this.adam.firstSecondMoments(this.material.base, SEED);
  }

  /**
   * Adds a class to head `h`, from examples of it, which are remembered. The verdict shows
   * the effect and refuses nothing: the class was placed with the guard's images. The
   * arguments do not change. Lets other work run in between.
   *
   * @param grown The head with the new class, without its numbers.
   */
  async addClass(
    present: Tuned,
    h: number,
    grown: GrownClasses,
    examples: Examples,
  ): Promise<Pick<Tuned, "heads" | "memory"> & { readonly guard: Verdict }> {
    const { replay, features } = this.material;
    const within = await measureWithin(replay, replay.labels[h]!, features);
    await turn();
    const heads = present.heads.with(
      h,
      addClass(
        { metric: this.metric, scorer: this.scorer },
        within,
        present.heads[h] as ClassesHead,
        grown,
        examples,
        this.guards[h]!,
      ),
    );
    const memory = remember(present.memory, heads, examples);
    await turn();
    return { heads, memory, guard: this.#judge.judge(present.heads, heads) };
  }

  /** Corrects heads by labelled examples. The arguments do not change. */
  correct(
    present: Tuned,
    examples: Examples,
    options: CorrectionOptions,
  ): Correction {
    const { trusted = false, ...plan } = {
      ...DEFAULTS,
      time: untimed,
      ...options,
    };
    const { time } = plan;
    const dropped = trusted
      ? soundness(examples)
      : time("gate", () => gate(this.scorer, this.material.base, examples));
    const used = dropped.flatMap((reason, i) => reason === null ? [i] : []);
    const fewest = (1 - MOST_DROPPED) * examples.count;
    if (used.length === 0 || used.length < fewest) {
      return refused(present, dropped);
    }
    const request = pick(examples, used);
    const { updates, ...draft } = this.#learn(present, request, plan);
    if (!hasFiniteNumbers(draft)) return refused(present, dropped, UNSTABLE);
    const verdict = time(
      "guard",
      () => this.#judge.judge(present.heads, draft.heads),
    );
    return {
      ...(verdict.accepted ? draft : present),
      accepted: verdict.accepted,
      reason: verdict.reason,
      dropped,
      draft: draft.heads,
      guard: verdict,
      updates,
    };
  }

  /** Learns a request; the guard has not yet decided. */
  #learn(
    present: Tuned,
    request: Examples,
    plan: LearningPlan,
  ): Tuned & { readonly updates: number } {
    const { scorer, metric } = this;
    const { margin, time } = plan;
    const memory = remember(present.memory, present.heads, request);
    const open = unlearned(scorer, present.heads, request, margin);
    const { whitened, directions } = metric.solve(request.features);
    const { heads: stepped, secondMoments } =
      open === undefined || plan.steps === 0
        ? present
        : time("steps", () =>
          this.adam.take(
            present.heads,
            present.secondMoments,
            open,
            plan,
            whitened,
          ));
    const others = recall(memory, present.heads, metric.stride);
    const { heads, updates } = time(
      "finish",
      () =>
        finish(
          { metric, scorer },
          stepped,
          request,
          others,
          margin,
          directions,
        ),
    );
    return { heads, secondMoments, memory, updates };
  }
}

/** The outcome of a request from which nothing was learned. */
function refused(
  present: Tuned,
  dropped: readonly (string | null)[],
  guard: Verdict | null = null,
): Correction {
  return {
    ...present,
    accepted: false,
    reason: guard?.reason ?? refusalOf(dropped),
    dropped,
    draft: present.heads,
    guard,
    updates: 0,
  };
}

/** Whether all parameters of heads and their second moments are finite. */
function hasFiniteNumbers({ heads, secondMoments }: Tuned): boolean {
  return [...heads, ...secondMoments].every(({ weight, bias }) =>
    areFinite(weight) && areFinite(bias)
  );
}

function areFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += 0 * values[i]!; // NaN of ∞ and NaN
  return sum === 0;
}

/** Why a request is refused before anything was learned. */
function refusalOf(dropped: readonly (string | null)[]): string {
  const all = dropped.length;
  const count = dropped.filter((reason) => reason !== null).length;
  if (all === 0) return "There is no example to learn from.";
  return count === all
    ? "All examples are implausible."
    : `${count} of ${all} examples are implausible, too many to trust the others.`;
}
