/**
 * The guard: decides whether corrected heads may replace the present ones, by their
 * answers for examples that no head was trained on.
 *
 * Every head must stay near the base model: its accuracy may not fall by more than two
 * points, nor its loss rise by more than 0.05 nats (of a quantity, both in terms of its
 * standard deviation). With few images two points are less than one of them, and chance
 * decides about that one: then the loss is judged alone. A head that is already beyond a
 * limit may not get worse; any other change is accepted, so that a model that was led
 * astray can be corrected.
 *
 * guard_sets.ts chooses the examples.
 *
 * @module
 */

import { isKnown, type Standing } from "../heads/head.ts";
import { kindOf } from "../heads/kinds.ts";
import { type Examples, type Head, standingOf } from "./heads.ts";
import { rowAt, type Scorer } from "./scorer.ts";

/** With fewer labelled images, accuracy says too little. */
export const LEAST_GUARD = 50;
/** The largest distance of a head from the base model. */
const ALLOWED = { accuracy: 0.02, loss: 0.05 };
/** Likelihoods below this count as this, so that one example cannot decide. */
const LEAST_LIKELIHOOD = 1e-4;
/** Sums of the same losses in another order differ by less than this. */
const ROUNDING = 1e-9;

/** The examples on which one head is measured. */
export interface GuardSet {
  /** Images that no head was trained on, or, where they are few, those of the replay memory. */
  readonly basis: "guard" | "replay";
  readonly examples: Examples;
  /** This head's labels of them. */
  readonly labels: Float32Array;
  /** The handicap of each label in logits, ≥ 0. */
  readonly handicap: number;
}

/** The metrics of a head on the guard's examples. */
export interface GuardMetrics {
  /** Examples with a label of this head. */
  readonly size: number;
  /** Share that is right, in [0, 1]; of a quantity, within its deviation. */
  readonly accuracy: number;
  /** Mean loss in nats; of a quantity, half the mean squared error in deviations. */
  readonly loss: number;
}

/** An image of a guard, and the standing of its label. */
export interface Witness {
  /** Its row in the head's guard set. */
  readonly row: number;
  readonly before: Standing;
  readonly after: Standing;
}

/** The metrics of one head: of the base model, before and after. */
export interface HeadGuard {
  readonly name: string;
  readonly basis: GuardSet["basis"];
  readonly size: number;
  readonly base: GuardMetrics;
  readonly before: GuardMetrics;
  readonly after: GuardMetrics;
  /** Why this head may not be published; null if it may. */
  readonly reason: string | null;
  /** The images that got worst; none if it may. */
  readonly witnesses: readonly Witness[];
}

/** The decision of the guard, with the metrics behind it. */
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
): GuardMetrics {
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
  base: readonly GuardMetrics[],
  before: readonly GuardMetrics[],
  after: readonly GuardMetrics[],
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
  base: GuardMetrics,
  before: GuardMetrics,
  after: GuardMetrics,
): string | null {
  const least = Math.min(base.accuracy - ALLOWED.accuracy, before.accuracy);
  const most = Math.max(base.loss + ALLOWED.loss, before.loss);
  const isSmall = basis === "guard" && base.size < LEAST_GUARD;
  if (!isSmall && after.accuracy < least - ROUNDING) {
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
