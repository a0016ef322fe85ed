/**
 * The guard set of each head: images that no head was trained on, if there are enough of
 * them.
 *
 * With fewer, two points of accuracy are less than one image. Then the images of the
 * replay memory take their place. A model is right about nearly all of them, since it
 * was trained on them: so the logit of each label gets a handicap that makes the base
 * model's accuracy equal to that on unseen images. (Leave-one-out discriminants are no
 * substitute, since the trunk has seen every image; both were measured,
 * docs/fine-tuning.md.)
 *
 * @module
 */

import { isKnown } from "../heads/head.ts";
import { kindOf } from "../heads/kinds.ts";
import { type GuardSet, LEAST_GUARD, measure } from "./guard.ts";
import type { Examples, Head } from "./heads.ts";
import type { Scorer } from "./scorer.ts";

/** The largest handicap, in logits. */
const MOST = 64;
const HALVINGS = 30;

/**
 * Chooses the guard of each head. Of a small one, the share of right answers is
 * estimated with two more images, one right and one wrong.
 */
export function chooseGuards(
  scorer: Scorer,
  base: readonly Head[],
  guard: Examples,
  replay: Examples,
): GuardSet[] {
  return base.map((head, h): GuardSet => {
    const own: GuardSet = {
      basis: "guard",
      examples: guard,
      labels: guard.labels[h]!,
      handicap: 0,
    };
    const size = own.labels.filter(isKnown).length;
    if (size >= LEAST_GUARD) return own;
    const { accuracy } = measure(scorer, head, own);
    const share = (accuracy * size + 1) / (size + 2);
    return handicapped(scorer, head, replay, replay.labels[h]!, share);
  });
}

/** The replay memory, made so hard that the head's accuracy on it is `share`. */
function handicapped(
  scorer: Scorer,
  head: Head,
  examples: Examples,
  labels: Float32Array,
  share: number,
): GuardSet {
  const set = (handicap: number): GuardSet => ({
    basis: "replay",
    examples,
    labels,
    handicap,
  });
  // A quantity has no other answers that could overtake the right one.
  if (kindOf(head.spec).groups(head.spec).length === 0) return set(0);
  let [low, high] = [0, MOST];
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (low + high) / 2;
    if (measure(scorer, head, set(middle)).accuracy > share) low = middle;
    else high = middle;
  }
  return set(low);
}
