/** A model under correction, and how right it is. @module */

import { Corrector, type Tuned } from "../../../src/correction/correct.ts";
import { type GuardSet, measure } from "../../../src/correction/guard.ts";
import {
  type Examples,
  type Head,
  pick,
} from "../../../src/correction/heads.ts";
import { EMPTY_MEMORY } from "../../../src/correction/memory.ts";
import { Scorer } from "../../../src/correction/scorer.ts";
import type { Fold } from "./folds.ts";

/** What a stream works with. */
export interface Subject extends Fold {
  readonly corrector: Corrector;
  readonly scorer: Scorer;
  /** The model before any correction. */
  readonly start: Tuned;
  /** Which of its heads has the most classes: the one that streams correct. */
  readonly main: number;
}

/** Prepares a fold's model for corrections. */
export async function subjectOf(fold: Fold): Promise<Subject> {
  const { base, features } = fold.material;
  const rows = base.map(({ bias }) => bias.length);
  const corrector = await Corrector.create(fold.material);
  return {
    ...fold,
    corrector,
    // Room for a class that is added.
    scorer: await Scorer.create(features, 1 + Math.max(...rows)),
    start: {
      heads: base,
      secondMoments: await corrector.firstSecondMoments(),
      memory: EMPTY_MEMORY,
    },
    main: rows.indexOf(Math.max(...rows)),
  };
}

/** Share of examples that each head is right about, in points. */
export function accuracies(
  { scorer }: Subject,
  heads: readonly Head[],
  examples: Examples,
): number[] {
  return heads.map((head, h) => {
    const labels = examples.labels[h]!;
    const set: GuardSet = { basis: "guard", examples, labels, handicap: 0 };
    return 100 * measure(scorer, head, set).accuracy;
  });
}

/** What has become of each head's accuracy on examples since the start, in points. */
export function changes(
  subject: Subject,
  heads: readonly Head[],
  examples: Examples,
): number[] {
  const before = accuracies(subject, subject.start.heads, examples);
  return accuracies(subject, heads, examples)
    .map((after, h) => after - before[h]!);
}

/** Whether the main head is right about each example. */
export function rightness(
  subject: Subject,
  heads: readonly Head[],
  examples: Examples,
): boolean[] {
  return indices(examples.count).map((i) =>
    accuracies(subject, heads, pick(examples, [i]))[subject.main] === 100
  );
}

/** Test examples that the model gets wrong, or right, at the start. */
export function answered(subject: Subject, right: boolean): number[] {
  const answers = rightness(subject, subject.start.heads, subject.test);
  return indices(answers.length).filter((i) => answers[i] === right);
}

/** 0 … count − 1. */
export function indices(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** All examples but those at some indices. */
export function without(
  examples: Examples,
  taken: readonly number[],
): Examples {
  const set = new Set(taken);
  return pick(
    examples,
    indices(examples.count).filter((index) => !set.has(index)),
  );
}
