/**
 * Ways to use a few labelled images of a new domain, on a trunk that is there:
 * each is given features and says a class for every test image.
 *
 * @module
 */

import { Corrector, type Tuned } from "../../correction/correct.ts";
import { fitDiscriminants } from "../../correction/discriminants.ts";
import {
  type ClassesHead,
  type Examples,
  pick,
} from "../../correction/heads.ts";
import { EMPTY_MEMORY } from "../../correction/memory.ts";
import { Metric } from "../../correction/metric.ts";
import { propagate } from "../../correction/propagation.ts";
import { rowAt, Scorer } from "../../correction/scorer.ts";
import { indexOfLargest, UNKNOWN } from "../../heads/head.ts";

/** The weight of a labelled target image relative to one of the source. */
const TARGET_WEIGHT = 5;
/** λ of the discriminants' metric. */
const RIDGE = 0.1;
/** The margin of a correction, in logits: the largest that a trusted client may ask for. */
const MARGIN = 4;
/** Images of a request. */
const REQUEST = 32;
/** The times that all are sent: a later request may have changed what an earlier one taught. */
const PASSES = 2;

/** Features on one trunk, and the head that was trained with it. */
export interface Features {
  readonly head: ClassesHead;
  /** Number H of features. */
  readonly count: number;
  readonly source: Examples;
  /** Images of the source that nothing was trained on, which a service would use as guard. */
  others(): Examples;
  /** The labelled images of the target, one of each class after the other. */
  readonly labelled: Examples;
  /** The others; their labels are used only to evaluate. */
  readonly test: Examples;
}

/** A method: returns the class of each test image. */
export type Method = (features: Features) => Promise<ArrayLike<number>>;

/** The head as it was trained. */
export const asTrained: Method = ({ head, count, test }) =>
  answersOf(head, count, test);

/**
 * The service's corrections, in requests as large as they may be, by a client that
 * is trusted, asks for a wide margin, and sends everything twice.
 */
export const corrections: Method = async (
  { head, count, source, others, labelled, test },
) => {
  const corrector = await Corrector.create({
    base: [head],
    features: count,
    replay: source,
    guard: others(),
  });
  let tuned: Tuned = {
    heads: [head],
    secondMoments: await corrector.firstSecondMoments(),
    memory: EMPTY_MEMORY,
  };
  const all = Array.from({ length: labelled.count }, (_, i) => i);
  const starts = all.filter((i) => i % REQUEST === 0);
  const passes = Array<readonly number[]>(PASSES).fill(starts);
  for (const [seed, start] of passes.flat().entries()) {
    const request = pick(labelled, all.slice(start, start + REQUEST));
    const options = { margin: MARGIN, trusted: true, seed };
    tuned = corrector.correct(tuned, request, options);
  }
  return answersOf(tuned.heads[0] as ClassesHead, count, test);
};

/** Linear discriminants on source and target images, those of the target counting several times. */
export const discriminants: Method = async (
  { head, count, source, labelled, test },
) => {
  const repeated = Array<Examples>(TARGET_WEIGHT).fill(labelled);
  const training = joined([source, ...repeated]);
  const { math } = await Scorer.create(count, 1);
  const classes = head.bias.length;
  const { weight, bias } = await fitDiscriminants(
    math,
    training,
    training.labels[0]!,
    classes,
    count,
    RIDGE,
  );
  const calibration = { temperature: 1, offsets: Array(classes).fill(0) };
  return answersOf({ ...head, weight, bias, calibration }, count, test);
};

/** Labels that spread from the labelled images to the test images, which are seen without theirs. */
export const labelPropagation: Method = async (
  { head, count, source, labelled, test },
) => {
  const all = joined([source, labelled, test]);
  const metric = await Metric.create(all.features, { features: count });
  const known = all.count - test.count;
  const labels = all.labels[0]!.map((label, i) => i < known ? label : UNKNOWN);
  const classes = head.bias.length;
  return propagate(metric, all.features, labels, classes).subarray(known);
};

async function answersOf(
  head: ClassesHead,
  features: number,
  examples: Examples,
): Promise<Int32Array> {
  const scorer = await Scorer.create(features, head.bias.length);
  const logits = scorer.logits(head, examples.features);
  return Int32Array.from(
    { length: examples.count },
    (_, i) => indexOfLargest(rowAt(logits, i, head)),
  );
}

/** Examples of several lists as one. */
function joined(lists: readonly Examples[]): Examples {
  const features = new Float32Array(
    lists.reduce((sum, { features }) => sum + features.length, 0),
  );
  let at = 0;
  for (const list of lists) {
    features.set(list.features, at);
    at += list.features.length;
  }
  return {
    count: lists.reduce((sum, { count }) => sum + count, 0),
    features,
    labels: [
      Float32Array.from(lists.flatMap(({ labels }) => [...labels[0]!])),
    ],
  };
}
