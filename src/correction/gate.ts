/** Which examples are believed. @module */

import { type Examples, featuresAt, type Head } from "./heads.ts";
import { kindOf } from "./kinds/kinds.ts";
import { rowAt, type Scorer } from "./scorer.ts";

/** An example is dropped if log p(label) is below this … */
const LEAST_LOG_PROBABILITY = -6;
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
    const kind = kindOf(head);
    const logits = scorer.logits(head, examples.features);
    reasons.forEach((reason, i) => {
      const label = examples.labels[h]![i]!;
      if (reason !== null || !kind.isLabelled(label)) return;
      const sure = kind.confidence(
        scorer.math,
        head,
        rowAt(logits, i, head),
        label,
      );
      if (sure === undefined) return;
      if (sure.logLabel < LEAST_LOG_PROBABILITY && sure.most > CERTAIN) {
        reasons[i] = reasonFor(head.name, sure.most);
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
