/**
 * The policy of a correction: gate, a few Adam steps, finish, guard, memory. One
 * function of its arguments: heads and memory go in, others come out.
 *
 * docs/fine-tuning.md has the formulas, their sources and what was measured.
 *
 * @module
 */

import { isKnown, type Standing, UNKNOWN } from "../heads/head.ts";
import { AdamSteps, type StepPlan } from "./adam_steps.ts";
import { finish, missingOf } from "./finish.ts";
import { gate, soundness } from "./gate.ts";
import {
  decide,
  type GuardSet,
  measure,
  type Metrics,
  type Verdict,
} from "./guard.ts";
import { chooseGuards } from "./guard_sets.ts";
import type { WhitenedTable } from "./head_change.ts";
import {
  type ClassesHead,
  type Examples,
  type Head,
  pick,
  rowsOf,
  standingOf,
} from "./heads.ts";
import { type Memory, recall, remember } from "./memory.ts";
import { Metric } from "./metric.ts";
import { addClass, type GrownClasses, measureWithin } from "./new_class.ts";
import { rowAt, Scorer } from "./scorer.ts";

/** What belongs to a trunk and its base model. */
export interface Material {
  /** The heads as they were before any correction; a class that was added since, as it was added. */
  readonly base: readonly Head[];
  /** Number H of features. */
  readonly features: number;
  /** Training examples: the metric is measured on them, and steps see some of them. */
  readonly replay: Examples;
  /** Examples that no head was trained on. */
  readonly guard: Examples;
  /** Each head's accuracy on unseen images, by cross-validation; matters where the guard is small. */
  readonly expected?: readonly number[];
}

/** What changes with every accepted correction. */
export interface Tuned {
  readonly heads: readonly Head[];
  /** Adam's second moment of each head. */
  readonly secondMoments: readonly WhitenedTable[];
  readonly memory: Memory;
}

/** How to correct; see {@linkcode DEFAULTS}. */
export interface CorrectionOptions {
  /** By how much, in logits, an answer must be right; 0.5 unless told. */
  readonly margin?: number;
  /** Whether every example is believed. */
  readonly trusted?: boolean;
  /** Steps of Adam before the finish. */
  readonly steps?: number;
  readonly learningRate?: number;
  /** Seed of what is drawn: the number of the version to be made, and of the attempt. */
  readonly seed: number;
}

/** What became of one example. */
export interface ExampleReport {
  readonly used: boolean;
  /** Why it was not used; null if it was. */
  readonly reason: string | null;
  /** For each head before and after; null where the example has no label of it. */
  readonly answers: readonly ({ before: Standing; after: Standing } | null)[];
}

/** What became of a request. */
export interface Correction extends Tuned {
  /** Whether the heads and the memory are new ones, to be published. */
  readonly accepted: boolean;
  /** Why not; null if they are. */
  readonly reason: string | null;
  readonly examples: readonly ExampleReport[];
  /** The corrected heads, accepted or not. */
  readonly draft: readonly Head[];
  /** Null where every example was dropped. */
  readonly guard: Verdict | null;
  /** Updates of the finish. */
  readonly updates: number;
}

/** Defaults of the options, chosen by measurement (docs/fine-tuning.md). */
export const DEFAULTS = { margin: 0.5, steps: 1, learningRate: 3e-5 };

/** A request of which a larger share is not believed is refused whole. */
const MOST_DROPPED = 0.25;
const SEED = 0;

/** The policy for one base model, with the memory that its computing takes. */
export class Corrector {
  readonly #measured = new WeakMap<Head, Metrics>();

  private constructor(
    private readonly material: Material,
    private readonly metric: Metric,
    private readonly scorer: Scorer,
    private readonly adam: AdamSteps,
    private readonly guards: readonly GuardSet[],
  ) {}

  /** Measures the metric of the replay memory, and takes the memory for heads of the base model's sizes. */
  static async create(material: Material): Promise<Corrector> {
    const { base, features, replay } = material;
    const rows = Math.max(...base.map(rowsOf));
    const metric = await Metric.create(replay.features, { features });
    const scorer = await Scorer.create(features, rows);
    const adam = await AdamSteps.create(metric, scorer, replay, rows);
    const { guard, expected } = material;
    const guards = chooseGuards(scorer, base, guard, replay, expected);
    return new Corrector(material, metric, scorer, adam, guards);
  }

  /** The base model's second moments, which a first correction starts from. */
  firstSecondMoments(): WhitenedTable[] {
    return this.adam.firstSecondMoments(this.material.base, SEED);
  }

  /**
   * Adds a class to head `h`, from examples that are all of it; they are remembered.
   * The verdict says what that did; it refuses nothing, for the class was placed by
   * the guard's images. What is passed in does not change.
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
    return { heads, memory, guard: this.#judge(present.heads, heads) };
  }

  /** Corrects heads by labelled examples. Nothing that is passed in changes. */
  correct(
    present: Tuned,
    examples: Examples,
    options: CorrectionOptions,
  ): Correction {
    const { margin, trusted = false, ...plan } = { ...DEFAULTS, ...options };
    const reasons = trusted
      ? soundness(examples)
      : gate(this.scorer, this.material.base, examples);
    const used = reasons.flatMap((reason, i) => reason === null ? [i] : []);
    const dropped = examples.count - used.length;
    if (used.length === 0 || dropped > MOST_DROPPED * examples.count) {
      return this.#refused(present, examples, reasons);
    }
    const request = pick(examples, used);
    const { updates, ...draft } = this.#learn(present, request, margin, plan);
    const verdict = this.#judge(present.heads, draft.heads);
    return {
      ...(verdict.accepted ? draft : present),
      accepted: verdict.accepted,
      reason: verdict.reason,
      examples: this.#reports(present.heads, draft.heads, examples, reasons),
      draft: draft.heads,
      guard: verdict,
      updates,
    };
  }

  /** Learns a request whatever comes of it. */
  #learn(
    present: Tuned,
    request: Examples,
    margin: number,
    plan: StepPlan,
  ): Tuned & { readonly updates: number } {
    const { scorer, metric } = this;
    const memory = remember(present.memory, present.heads, request);
    const lesson = lessonOf(scorer, present.heads, request, margin);
    const { heads: stepped, secondMoments } =
      lesson === undefined || plan.steps === 0
        ? present
        : this.adam.take(present.heads, present.secondMoments, lesson, plan);
    const others = recall(memory, present.heads, metric.stride);
    const { heads, updates } = finish(
      { metric, scorer },
      stepped,
      request,
      others,
      margin,
    );
    return { heads, secondMoments, memory, updates };
  }

  #judge(present: readonly Head[], draft: readonly Head[]): Verdict {
    const { base } = this.material;
    return decide(
      base.map(({ spec }) => spec.name),
      this.guards,
      this.#metrics(base),
      this.#metrics(present),
      this.#metrics(draft),
    );
  }

  #refused(
    present: Tuned,
    examples: Examples,
    reasons: readonly (string | null)[],
  ): Correction {
    return {
      ...present,
      accepted: false,
      reason: refusalOf(reasons),
      examples: this.#reports(present.heads, present.heads, examples, reasons),
      draft: present.heads,
      guard: null,
      updates: 0,
    };
  }

  /** The metrics of heads on the guard's examples, each measured once. */
  #metrics(heads: readonly Head[]): Metrics[] {
    return heads.map((head, h) => {
      const known = this.#measured.get(head);
      if (known !== undefined) return known;
      const metrics = measure(this.scorer, head, this.guards[h]!);
      this.#measured.set(head, metrics);
      return metrics;
    });
  }

  #reports(
    before: readonly Head[],
    after: readonly Head[],
    examples: Examples,
    reasons: readonly (string | null)[],
  ): ExampleReport[] {
    const [then, now] = [before, after].map((heads) =>
      answersOf(this.scorer, heads, examples)
    ) as [(Standing | null)[][], (Standing | null)[][]];
    return reasons.map((reason, i) => ({
      used: reason === null,
      reason,
      answers: then.map((answers, h) => {
        const [before, after] = [answers[i], now[h]![i]];
        return before && after ? { before, after } : null;
      }),
    }));
  }
}

/** Why a request is refused before anything was learned. */
function refusalOf(reasons: readonly (string | null)[]): string {
  const dropped = reasons.filter((reason) => reason !== null).length;
  if (reasons.length === 0) return "There is no example to learn from.";
  return dropped === reasons.length
    ? "No example was believed."
    : `${dropped} of ${reasons.length} examples were not believed, too many to believe the others.`;
}

/** The examples with those labels only that are not learned by the margin; undefined if all are. */
function lessonOf(
  scorer: Scorer,
  heads: readonly Head[],
  examples: Examples,
  margin: number,
): Examples | undefined {
  let open = false;
  const labels = heads.map((head, h) => {
    const logits = scorer.logits(head, examples.features);
    return examples.labels[h]!.map((label, i) => {
      const z = rowAt(logits, i, head);
      if (missingOf(head, z, label, margin) === undefined) return UNKNOWN;
      open = true;
      return label;
    });
  });
  return open ? { ...examples, labels } : undefined;
}

/** What each head says of each example; null where it has no label. */
function answersOf(
  scorer: Scorer,
  heads: readonly Head[],
  examples: Examples,
): (Standing | null)[][] {
  return heads.map((head, h) => {
    const logits = scorer.logits(head, examples.features);
    return Array.from(
      examples.labels[h]!,
      (label, i) =>
        isKnown(label)
          ? standingOf(scorer.math, head, rowAt(logits, i, head), label)
          : null,
    );
  });
}
