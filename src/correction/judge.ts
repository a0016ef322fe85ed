/** The guard at work: what a draft of heads does to its examples, and whether that is allowed. @module */

import {
  decide,
  type GuardMetrics,
  type GuardSet,
  measure,
  type Verdict,
} from "./guard.ts";
import type { Head } from "./heads.ts";
import type { Scorer } from "./scorer.ts";
import { witnessesOf } from "./witnesses.ts";

/** Judges drafts of the heads of one base model. The parameters of a judged head must not change. */
export class Judge {
  readonly #measured = new WeakMap<Head, GuardMetrics>();

  constructor(
    private readonly scorer: Scorer,
    private readonly base: readonly Head[],
    /** The guard of each head. */
    private readonly sets: readonly GuardSet[],
  ) {}

  /** Compares a draft with the present heads and the base model's. */
  judge(present: readonly Head[], draft: readonly Head[]): Verdict {
    const verdict = decide(
      this.base.map(({ spec }) => spec.name),
      this.sets,
      this.#metrics(this.base),
      this.#metrics(present),
      this.#metrics(draft),
    );
    const heads = verdict.heads.map((guard, h) =>
      guard.reason === null ? guard : {
        ...guard,
        witnesses: witnessesOf(
          this.scorer,
          this.sets[h]!,
          present[h]!,
          draft[h]!,
        ),
      }
    );
    return { ...verdict, heads };
  }

  /** The metrics of heads on the guard's examples, each measured once. */
  #metrics(heads: readonly Head[]): GuardMetrics[] {
    return heads.map((head, h) => {
      const known = this.#measured.get(head);
      if (known !== undefined) return known;
      const metrics = measure(this.scorer, head, this.sets[h]!);
      this.#measured.set(head, metrics);
      return metrics;
    });
  }
}
