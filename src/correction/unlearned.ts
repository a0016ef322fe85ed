/** The part of a request that is not yet learned. @module */

import { UNKNOWN } from "../heads/head.ts";
import { missingOf } from "./finish.ts";
import type { Examples, Head } from "./heads.ts";
import { rowAt, type Scorer } from "./scorer.ts";

/** The examples with only those labels that are not yet right by the margin; undefined if all are. */
export function unlearned(
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
