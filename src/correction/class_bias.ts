/**
 * The bias of a class that is added: how many images of other classes it may take.
 *
 * ℓ is how far an image's largest other logit leads that of the new class. Over all
 * labelled images of the guard it has a mean and a standard deviation σ, and the bias
 * is set to where
 *
 *   mean ℓ = (1.17 + 0.3·d) · σ
 *
 * d is the {@linkcode distanceOf} the examples: a class that is easily told from the
 * others takes less from them, and one that is not may take more. Two moments of all
 * images vary less from guard to guard than the smallest leads, which are one or two.
 * Where leads are far from a normal distribution, as with a class that looks like one
 * of a few, at most one in twenty right answers of the guard is taken, or one.
 *
 * @module
 */

import { isKnown } from "../heads/head.ts";
import { kindOf } from "../heads/kinds.ts";
import { largestLogit } from "../heads/known.ts";
import type { GuardSet } from "./guard.ts";
import { type ClassesHead, type Examples, pick } from "./heads.ts";
import { rowAt, type Scorer } from "./scorer.ts";

/** The mean lead in deviations at d = 0, and its slope in d (docs/fine-tuning.md has their choice). */
const LEAST = 1.17;
const BY_DISTANCE = 0.3;
/** The largest share of the guard's right answers that a new class may take; it may always take one. */
const MOST_TAKEN = 0.05;

/** Labelled images that a new class is to leave alone. */
export interface Others {
  readonly examples: Examples;
  readonly labels: readonly number[];
  readonly handicap: number;
}

/** The images of a guard that have a label. */
export function othersOf({ examples, labels, handicap }: GuardSet): Others {
  const known = Array.from(labels.keys()).filter((i) => isKnown(labels[i]!));
  return {
    examples: pick(examples, known),
    labels: known.map((i) => labels[i]!),
    handicap,
  };
}

/**
 * The amount by which to raise the bias of a head's last class.
 *
 * @param others At least one.
 * @param distance In standard deviations of the others' leads.
 */
export function riseOf(
  scorer: Scorer,
  head: ClassesHead,
  others: Others,
  distance: number,
): number {
  const logits = logitsOf(scorer, head, others);
  const leads = logits.map((z) => leadOver(head, z));
  const { mean, deviation } = momentsOf(leads);
  const wanted = mean - (LEAST + BY_DISTANCE * distance) * deviation;
  const right = leads.filter((_, i) =>
    isRight(head, logits[i]!, others.labels[i]!)
  );
  return Math.min(wanted, limitOf(right));
}

/** The largest rise that takes no more of these leads than allowed. */
function limitOf(leads: readonly number[]): number {
  const sorted = leads.toSorted((a, b) => a - b);
  const most = Math.max(1, Math.floor(MOST_TAKEN * leads.length));
  const [last, next] = [sorted[most - 1], sorted[most]];
  return last === undefined || next === undefined
    ? Infinity
    : (last + next) / 2;
}

/** Whether a label has the largest logit of all classes but the last. */
function isRight(
  { calibration: { offsets } }: ClassesHead,
  logits: Float32Array,
  label: number,
): boolean {
  const others = offsets.slice(0, -1);
  return logits[label]! + others[label]! >= largestLogit(logits, others);
}

/** The lead of the largest logit of the other classes over that of the last. */
export function leadOver(
  { calibration: { offsets } }: ClassesHead,
  logits: Float32Array,
): number {
  return largestLogit(logits, offsets.slice(0, -1)) - logits.at(-1)!;
}

/** A head's logits on each of the others, as the guard sees them. */
export function logitsOf(
  scorer: Scorer,
  head: ClassesHead,
  { examples, labels, handicap }: Others,
): Float32Array[] {
  const logits = scorer.logits(head, examples.features);
  return labels.map((label, i) => {
    const z = rowAt(logits, i, head);
    kindOf(head.spec).handicap(z, label, handicap);
    return z;
  });
}

/** Mean and standard deviation of at least one number. */
export function momentsOf(
  values: readonly number[],
): { readonly mean: number; readonly deviation: number } {
  const meanOf = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const mean = meanOf(values);
  const variance = meanOf(values.map((value) => (value - mean) ** 2));
  return { mean, deviation: Math.sqrt(variance) };
}
