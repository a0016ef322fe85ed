/** The gate: drops implausible examples. @module */

import { isKnown } from "../heads/head.ts";
import { type Examples, featuresAt, type Head, standingOf } from "./heads.ts";
import { rowAt, type Scorer } from "./scorer.ts";

/** An example is dropped if −log p(label) is above this … */
const EXCLUDED = 6;
/** … and another answer's probability is above this. */
const CERTAIN = 0.95;

/**
 * Gives for each example the reason why it is dropped, or null: the base model is certain
 * of another answer and all but excludes the label. Either condition alone would drop
 * honest examples of a new look (measured).
 *
 * The base model decides, not the present heads: earlier corrections can neither open the
 * gate to more of their kind, nor close it.
 */
export function gate(
  scorer: Scorer,
  base: readonly Head[],
  examples: Examples,
): (string | null)[] {
  const reasons = soundness(examples);
  base.forEach((head, h) => {
    const logits = scorer.logits(head, examples.features);
    reasons.forEach((reason, i) => {
      const label = examples.labels[h]![i]!;
      if (reason !== null || !isKnown(label)) return;
      const z = rowAt(logits, i, head);
      const { loss, most } = standingOf(scorer.math, head, z, label);
      // A head without probabilities is never certain.
      if (most !== undefined && loss > EXCLUDED && most > CERTAIN) {
        reasons[i] = reasonFor(head.spec.name, most);
      }
    });
  });
  return reasons;
}

/** Gives the reason to drop an example whose features are not finite; null for all others. */
export function soundness(examples: Examples): (string | null)[] {
  return Array.from(
    { length: examples.count },
    (_, i) =>
      featuresAt(examples, i).every(Number.isFinite)
        ? null
        : "Its features are not finite numbers",
  );
}

function reasonFor(name: string, most: number): string {
  const percent = (100 * most).toFixed(1);
  return `The base model is ${percent} % sure of another ${name} and all but excludes this one`;
}
