/** Items that a model was trained without: learned as new classes, and told as unknown. @module */

import {
  type Discriminants,
  fitDiscriminants,
} from "../../../src/correction/discriminants.ts";
import type { GuardSet } from "../../../src/correction/guard.ts";
import {
  type ClassesHead,
  type Examples,
  type Head,
  pick,
} from "../../../src/correction/heads.ts";
import { Metric } from "../../../src/correction/metric.ts";
import { addClass, measureWithin } from "../../../src/correction/new_class.ts";
import { Random } from "../../../src/nn/prng.ts";
import { grownBy } from "../../correction/toy.ts";
import { type Familiarity, scoreByDistance, scoreByLogits } from "./scores.ts";
import type { Figures } from "./streams.ts";
import { accuracies, indices, type Subject } from "./subject.ts";

const DRAWS = 10;

/** New classes from `shots` images each: what they find of others of their kind, and take from other items. */
export async function newClasses(
  subject: Subject,
  shots: number,
): Promise<Figures> {
  const { material, scorer, main, test } = subject;
  const head = material.base[main] as ClassesHead;
  const wider = grownBy("new", head);
  const labels = material.replay.labels[main]!;
  const within = await measureWithin(
    material.replay,
    labels,
    material.features,
  );
  const guard: GuardSet = {
    basis: "guard",
    examples: material.guard,
    labels: material.guard.labels[main]!,
    handicap: 0,
  };
  const { features } = material;
  const metric = await Metric.create(material.replay.features, { features });
  const tools = { metric, scorer };
  const random = Random.fromSeed(shots, "new classes");
  const alone = (examples: Examples, label?: number): Examples => ({
    ...examples,
    labels: [
      label === undefined
        ? examples.labels[main]!
        : examples.labels[main]!.map(() => label),
    ],
  });
  const of = (head: Head, examples: Examples) =>
    accuracies(subject, [head], examples)[0]!;
  const before = of(head, alone(test));
  const [found, lost]: [number[], number[]] = [[], []];
  for (const item of subject.leftOut) {
    for (let draw = 0; draw < DRAWS; draw++) {
      const order = indices(item.count);
      random.shuffle(order);
      const shown = pick(item, order.slice(0, shots));
      const held = pick(item, order.slice(shots));
      const grown = addClass(tools, within, head, wider, shown, guard);
      found.push(of(grown, alone(held, head.bias.length)));
      lost.push(of(grown, alone(test)) - before);
    }
  }
  return { "others of its kind": mean(found), "other items": mean(lost) };
}

/** How well each score tells the items that were left out from test images: the area under the ROC curve. */
export async function unknowns(subject: Subject): Promise<Figures> {
  const { material, scorer, main, test, leftOut } = subject;
  const head = material.base[main] as ClassesHead;
  const { replay, features } = material;
  const fitted = await fitDiscriminants(
    scorer.math,
    replay,
    replay.labels[main]!,
    head.bias.length,
    features,
  );
  const scores = (by: Familiarity, examples: Examples) =>
    by === "distance"
      ? scoreByDistance(fitted as Discriminants, examples)
      : scoreByLogits(scorer, by, head, examples);
  return Object.fromEntries(
    (["energy", "logit", "distance"] as const).map((by) => {
      const strange = leftOut.flatMap((item) => [...scores(by, item)]);
      return [`AUROC by ${by}`, 100 * auroc([...scores(by, test)], strange)];
    }),
  );
}

/** The share of pairs in which the first has the higher score, ties by half. */
function auroc(high: readonly number[], low: readonly number[]): number {
  let won = 0;
  for (const a of high) {
    for (const b of low) won += a > b ? 1 : a === b ? 0.5 : 0;
  }
  return won / (high.length * low.length);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
