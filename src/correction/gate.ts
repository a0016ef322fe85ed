/** Which examples are believed. @module */

import { isKnown } from "../heads/head.ts";
import { type Examples, featuresAt, type Head, standingOf } from "./heads.ts";
import { rowAt, type Scorer } from "./scorer.ts";

/** An example is dropped if −log p(label) is above this … */
const EXCLUDED = 6;
/** … and another answer's probability is above this. */
const CERTAIN = 0.95;

/**
 * Says for each example why it is not believed, or null if it is: the base model
 * is certain of another answer and as good as excludes the label. Either alone
 * would refuse honest examples of a new look (measured, docs/fine-tuning.md).
 *
 * The base judges, not the present heads: what they were taught before cannot open
 * the gate to more of it, nor close it.
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
      // Without probabilities there is nothing to be certain by.
      if (most !== undefined && loss > EXCLUDED && most > CERTAIN) {
        reasons[i] = reasonFor(head.spec.name, most);
      }
    });
  });
  return reasons;
}

/** Says of examples whose features are not finite that they cannot be learned from; null of all others. */
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
  return `The base model is ${percent} % sure of another ${name} and as good as excludes this one`;
}
