/** Reports on the examples of a request. @module */

import { isKnown, type Standing } from "../heads/head.ts";
import { type Examples, type Head, standingOf } from "./heads.ts";
import { rowAt, type Scorer } from "./scorer.ts";

/** The effect on one example. */
export interface ExampleReport {
  readonly used: boolean;
  /** Why it was not used; null if it was. */
  readonly reason: string | null;
  /** For each head before and after; null where the example has no label of it. */
  readonly answers: readonly ({ before: Standing; after: Standing } | null)[];
}

/**
 * Compares the standings of labels before a correction and after it.
 *
 * @param reasons Why each example was not used; null if it was.
 */
export function reportsOf(
  scorer: Scorer,
  before: readonly Head[],
  after: readonly Head[],
  examples: Examples,
  reasons: readonly (string | null)[],
): ExampleReport[] {
  const [then, now] = [before, after].map((heads) =>
    answersOf(scorer, heads, examples)
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

/** The standing of each head's label for each example; null if it has none. */
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
