/**
 * The guard: whether corrected heads may take the place of the present ones, by
 * what they say of examples that no head was trained on.
 *
 * Every head must stay near the base model: its accuracy may not fall by more than
 * two points, nor its loss rise by more than 0.05 nats (of a quantity, both by its
 * deviation). A head that is already beyond either may come no further: what does
 * not make it worse is let through, so that a model which was led astray can be
 * corrected.
 *
 * What a head is judged by is chosen in guard_sets.ts.
 *
 * @module
 */

import { isKnown, type Standing } from "../heads/head.ts";
import { kindOf } from "../heads/kinds.ts";
import { type Examples, type Head, standingOf } from "./heads.ts";
import { rowAt, type Scorer } from "./scorer.ts";

/** How far a head may be from the base model. */
const ALLOWED = { accuracy: 0.02, loss: 0.05 };
/** Likelihoods below this count as this, so that one example cannot decide. */
const LEAST_LIKELIHOOD = 1e-4;
/** Sums of losses in another order differ by less than this. */
const ROUNDING = 1e-9;

/** What one head is judged by. */
export interface GuardSet {
  /** Images that no head was trained on, or, where they are few, those of the replay memory. */
  readonly basis: "guard" | "replay";
  readonly examples: Examples;
  /** This head's labels of them. */
  readonly labels: Float32Array;
  /** By how many logits each label is made less likely, ≥ 0. */
  readonly handicap: number;
}

/** What a head says of the guard's examples. */
export interface Metrics {
  /** Examples with a label of this head. */
  readonly size: number;
  /** Share that is right, in [0, 1]; of a quantity, within its deviation. */
  readonly accuracy: number;
  /** Mean loss in nats; of a quantity, half the mean squared error in deviations. */
  readonly loss: number;
}

/** An image of a guard, and what a head says of its label. */
export interface Witness {
  /** Its row among the images that the head is judged by. */
  readonly row: number;
  readonly before: Standing;
  readonly after: Standing;
}

/** The metrics of one head at three moments. */
export interface HeadGuard {
  readonly name: string;
  readonly basis: GuardSet["basis"];
  readonly size: number;
  readonly base: Metrics;
  readonly before: Metrics;
  readonly after: Metrics;
  /** Why this head may not be published; null if it may. */
  readonly reason: string | null;
  /** The images that spoke most against it; none where it may. */
  readonly witnesses: readonly Witness[];
}

/** What the guard decided, and by what. */
export interface Verdict {
  readonly accepted: boolean;
  readonly reason: string | null;
  readonly heads: readonly HeadGuard[];
}

/** Measures a head on the examples of its guard. Metrics of a head without labels are 0. */
export function measure(
  scorer: Scorer,
  head: Head,
  { examples, labels, handicap }: GuardSet,
): Metrics {
  const kind = kindOf(head.spec);
  const mostLoss = -scorer.math.log(LEAST_LIKELIHOOD);
  const logits = scorer.logits(head, examples.features);
  let [size, right, loss] = [0, 0, 0];
  labels.forEach((label, i) => {
    if (!isKnown(label)) return;
    const z = rowAt(logits, i, head);
    kind.handicap(z, label, handicap);
    const standing = standingOf(scorer.math, head, z, label);
    size++;
    right += standing.right ? 1 : 0;
    loss += Math.min(standing.loss, mostLoss);
  });
  const share = (sum: number) => size === 0 ? 0 : sum / size;
  return { size, accuracy: share(right), loss: share(loss) };
}

/** Decides by the metrics of the base, the present and the corrected heads. */
export function decide(
  names: readonly string[],
  sets: readonly GuardSet[],
  base: readonly Metrics[],
  before: readonly Metrics[],
  after: readonly Metrics[],
): Verdict {
  const heads = names.map((name, h): HeadGuard => ({
    name,
    basis: sets[h]!.basis,
    size: base[h]!.size,
    base: base[h]!,
    before: before[h]!,
    after: after[h]!,
    reason: objection(name, sets[h]!.basis, base[h]!, before[h]!, after[h]!),
    witnesses: [],
  }));
  const reasons = heads.flatMap(({ reason }) => reason ?? []);
  return {
    accepted: reasons.length === 0,
    reason: reasons.length === 0 ? null : reasons.join(" "),
    heads,
  };
}

function objection(
  name: string,
  basis: GuardSet["basis"],
  base: Metrics,
  before: Metrics,
  after: Metrics,
): string | null {
  const least = Math.min(base.accuracy - ALLOWED.accuracy, before.accuracy);
  const most = Math.max(base.loss + ALLOWED.loss, before.loss);
  if (after.accuracy < least - ROUNDING) {
    const lost = Math.round((base.accuracy - after.accuracy) * base.size);
    return `${name} would be right for ${
      percent(after.accuracy)
    } of ${base.size} ${basis} images, ` +
      `${lost} fewer than the base model (${percent(base.accuracy)}).`;
  }
  if (!(after.loss <= most + ROUNDING)) {
    return `${name} would be less sure of ${base.size} ${basis} images: a loss of ${
      after.loss.toFixed(3)
    } nats, ${base.loss.toFixed(3)} for the base model.`;
  }
  return null;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
