/** The explanation of a refused request: the guard images that got worse, and what may help. @module */

import type { Correction } from "../correction/correct.ts";
import type { HeadGuard, Verdict } from "../correction/guard.ts";
import { sevenDigits } from "../heads/head.ts";
import { type HeadSpec, kindOf } from "../heads/kinds.ts";
import type { BeforeAfter } from "../store/manifest.ts";
import type { Kept } from "./pool.ts";

/** A guard image on which a head would have got worse. */
export interface Objection {
  readonly head: string;
  /** The set that it belongs to: `guard`, images that no head was trained on, or `replay`. */
  readonly basis: HeadGuard["basis"];
  /** Its row among them in the weights file. */
  readonly row: number;
  readonly label: string | number | boolean;
  /** p(label) as the guard sees it. */
  readonly probability: BeforeAfter;
}

/** The explanation of a refused request. */
export interface Refusal {
  /** What to do, in sentences; the most promising first. */
  readonly next: readonly string[];
  /** The guard images that got worst. */
  readonly against: readonly Objection[];
}

const LOOK = "Look at the labels: the model was sure of other ones.";
const TRUST =
  "If they are right, send trusted: true with an admin key, which skips this check.";
const ONE_BY_ONE =
  "Send fewer examples at a time: each request is checked by itself.";
const JUDGED_BY_REPLAY =
  "The model has too few images that it was not trained on: train it with more validation images.";

/** Explains a correction that was refused. */
export function refusedCorrection(
  correction: Correction,
  { margin, trusted }: { readonly margin: number; readonly trusted: boolean },
  heads: readonly HeadSpec[],
  kept: Kept,
): Refusal {
  const { guard, dropped } = correction;
  if (guard === null) {
    return { next: afterTheGate(dropped, trusted), against: [] };
  }
  const refusing = refusingHeads(guard);
  const next = [
    ...(dropped.length > 1 ? [ONE_BY_ONE] : []),
    `Send a margin below ${margin} with an admin key: the change is smaller.`,
    "Look at the labels.",
    ...(refusing.some(({ basis }) => basis === "replay")
      ? [JUDGED_BY_REPLAY]
      : []),
  ];
  return { next, against: objectionsOf(refusing, heads, kept) };
}

/** Explains training steps that were refused. */
export function refusedSteps(
  steps: number,
  verdict: Verdict | null,
  heads: readonly HeadSpec[],
  kept: Kept,
): Refusal {
  const refusing = refusingHeads(verdict);
  return {
    next: [
      "Send a smaller learningRate.",
      ...(steps > 1 ? [`Send fewer steps than ${steps}.`] : []),
      "Leave out mode: a correction changes no more than it must.",
    ],
    against: objectionsOf(refusing, heads, kept),
  };
}

function refusingHeads(verdict: Verdict | null): HeadGuard[] {
  return (verdict?.heads ?? []).filter(({ reason }) => reason !== null);
}

function afterTheGate(
  dropped: Correction["dropped"],
  trusted: boolean,
): readonly string[] {
  const paths = dropped.flatMap((reason, i) =>
    reason === null ? [] : [`examples[${i}]`]
  );
  if (trusted) return [`Send other images than ${paths.join(", ")}.`];
  return [
    LOOK,
    ...(paths.length < dropped.length
      ? [`Send the others without ${paths.join(", ")}.`]
      : []),
    TRUST,
  ];
}

function objectionsOf(
  refusing: readonly HeadGuard[],
  heads: readonly HeadSpec[],
  kept: Kept,
): Objection[] {
  return refusing.flatMap(({ name, basis, witnesses }) => {
    const h = heads.findIndex((head) => head.name === name);
    const spec = heads[h]!;
    const labels = kept[basis]?.labels[h] ?? [];
    return witnesses.map(({ row, before, after }): Objection => ({
      head: name,
      basis,
      row,
      label: kindOf(spec).show(spec, labels[row]!),
      probability: {
        before: sevenDigits(before.probability),
        after: sevenDigits(after.probability),
      },
    }));
  });
}
