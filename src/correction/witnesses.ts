/** The guard images that a correction makes worst. @module */

import { isKnown, type Standing } from "../heads/head.ts";
import { kindOf } from "../heads/kinds.ts";
import type { GuardSet, Witness } from "./guard.ts";
import { type Head, standingOf } from "./heads.ts";
import { rowAt, type Scorer } from "./scorer.ts";

/** The most images that are named for one head. */
const MOST = 5;

/** Finds the images of a guard on which a head would get worse, those first that it would get wrong. */
export function witnessesOf(
  scorer: Scorer,
  set: GuardSet,
  before: Head,
  after: Head,
): Witness[] {
  const then = standingsOn(scorer, before, set);
  const now = standingsOn(scorer, after, set);
  const all = then.flatMap((before, row): Witness[] => {
    const after = now[row];
    return before === undefined || after === undefined ||
        after.loss <= before.loss
      ? []
      : [{ row, before, after }];
  });
  const lost = ({ before, after }: Witness) =>
    Number(before.right && !after.right);
  const rise = ({ before, after }: Witness) => after.loss - before.loss;
  return all.sort((a, b) =>
    lost(b) - lost(a) || rise(b) - rise(a) || a.row - b.row
  ).slice(0, MOST);
}

/** The standing of each label in the guard; undefined for a row without one. */
function standingsOn(
  scorer: Scorer,
  head: Head,
  { examples, labels, handicap }: GuardSet,
): (Standing | undefined)[] {
  const logits = scorer.logits(head, examples.features);
  return Array.from(labels, (label, i) => {
    if (!isKnown(label)) return undefined;
    const z = rowAt(logits, i, head);
    kindOf(head.spec).handicap(z, label, handicap);
    return standingOf(scorer.math, head, z, label);
  });
}
