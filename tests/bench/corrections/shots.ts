/** Every item in a new look, by a few labelled images of each: heads refitted, and labels that spread. @module */

import { fitDiscriminants } from "../../../src/correction/discriminants.ts";
import {
  type ClassesHead,
  type Examples,
  pick,
} from "../../../src/correction/heads.ts";
import { Metric } from "../../../src/correction/metric.ts";
import { propagate } from "../../../src/correction/propagation.ts";
import { UNKNOWN } from "../../../src/heads/head.ts";
import { Random } from "../../../src/nn/prng.ts";
import type { Figures } from "./streams.ts";
import { accuracies, indices, type Subject } from "./subject.ts";

/** How often an image of the new look counts beside one of the replay memory. */
const WEIGHT = 5;

/** Accuracy on the images of the new look that were not shown, in per cent. */
export async function fewShots(
  subject: Subject,
  shots: number,
  seed: number,
): Promise<Figures> {
  const { main, material, newLook, scorer } = subject;
  const head = material.base[main] as ClassesHead;
  const classes = head.bias.length;
  const { shown, held } = drawn(newLook, main, shots, seed);
  const [target, rest] = [pick(newLook, shown), pick(newLook, held)];
  const training = joined([
    material.replay,
    ...Array<Examples>(WEIGHT).fill(target),
  ]);
  const { weight, bias } = await fitDiscriminants(
    scorer.math,
    training,
    training.labels[main]!,
    classes,
    material.features,
  );
  const refitted: ClassesHead = {
    ...head,
    weight,
    bias,
    calibration: { temperature: 1, offsets: Array(classes).fill(0) },
  };
  const of = (head: ClassesHead) =>
    accuracies(subject, [head], { ...rest, labels: [rest.labels[main]!] })[0]!;
  return {
    "the model as it is": of(head),
    "discriminants": of(refitted),
    "labels spread": await spreadAccuracy(subject, target, rest),
  };
}

async function spreadAccuracy(
  { main, material, start }: Subject,
  target: Examples,
  rest: Examples,
): Promise<number> {
  const all = joined([material.replay, target, rest]);
  const metric = await Metric.create(all.features, {
    features: material.features,
    ridge: 1,
  });
  const labelled = all.count - rest.count;
  const labels = all.labels[main]!.map((label, i) =>
    i < labelled ? label : UNKNOWN
  );
  const classes = start.heads[main]!.bias.length;
  const found = propagate(metric, all.features, labels, classes);
  const right = rest.labels[main]!
    .filter((label, i) => label === found[labelled + i]);
  return 100 * right.length / rest.count;
}

/** Some images of each class, and the others. */
function drawn(
  examples: Examples,
  main: number,
  shots: number,
  seed: number,
): { shown: number[]; held: number[] } {
  const order = indices(examples.count);
  Random.fromSeed(seed, "shots").shuffle(order);
  const seen = new Map<number, number>();
  const shown: number[] = [];
  const held: number[] = [];
  for (const index of order) {
    const label = examples.labels[main]![index]!;
    const count = seen.get(label) ?? 0;
    seen.set(label, count + 1);
    (count < shots ? shown : held).push(index);
  }
  return { shown, held };
}

/** Examples of several lists as one. */
function joined(lists: readonly Examples[]): Examples {
  const count = lists.reduce((sum, list) => sum + list.count, 0);
  const stride = lists[0]!.features.length / lists[0]!.count;
  const features = new Float32Array(count * stride);
  let at = 0;
  for (const list of lists) {
    features.set(list.features, at);
    at += list.features.length;
  }
  return {
    count,
    features,
    labels: lists[0]!.labels.map((_, h) =>
      Float32Array.from(lists.flatMap((list) => [...list.labels[h]!]))
    ),
  };
}
