/** Streams of corrections, honest and not, and what they do to a model. @module */

import type { Tuned } from "../../../src/correction/correct.ts";
import {
  type Examples,
  featuresAt,
  logitsAt,
  pick,
} from "../../../src/correction/heads.ts";
import { Random } from "../../../src/nn/prng.ts";
import {
  accuracies,
  answered,
  changes,
  indices,
  rightness,
  type Subject,
  without,
} from "./subject.ts";

const REQUESTS = 40;
const HONEST = 80;
const ITEMS = 6;

/** Figures of one stream by name, in per cent or points. */
export type Figures = Readonly<Record<string, number>>;

/** Images that the model gets wrong, corrected one at a time. */
export function singles(subject: Subject, seed: number): Figures {
  const { main, test } = subject;
  const wrong = answered(subject, false);
  Random.fromSeed(seed, "singles").shuffle(wrong);
  const chosen = wrong.slice(0, REQUESTS);
  let [accepted, once] = [0, 0];
  let tuned = subject.start;
  chosen.forEach((index, n) => {
    const example = pick(test, [index]);
    const next = subject.corrector.correct(tuned, example, { seed: n });
    if (next.accepted) accepted++;
    tuned = next;
    if (rightness(subject, tuned.heads, example)[0]) once++;
  });
  const share = (count: number) => 100 * count / chosen.length;
  const others = changes(subject, tuned.heads, without(test, chosen));
  return {
    accepted: share(accepted),
    "right at once": share(once),
    "right at the end": accuracies(
      subject,
      tuned.heads,
      pick(test, chosen),
    )[main]!,
    "other images": others[main]!,
    ...otherHeads(subject, others),
  };
}

/** Six items in a new look, eight images a request. */
export function newLook(subject: Subject, seed: number): Figures {
  const { main, test, newLook, start } = subject;
  const random = Random.fromSeed(seed, "look");
  const items = indices(start.heads[main]!.bias.length);
  random.shuffle(items);
  const six = new Set(items.slice(0, ITEMS));
  const mine = indices(test.count)
    .filter((i) => six.has(test.labels[main]![i]!));
  random.shuffle(mine);
  const shown = mine.slice(0, Math.ceil(mine.length / 2));
  const held = mine.slice(shown.length);
  let accepted = 0;
  let tuned = start;
  for (let n = 0; n < REQUESTS; n++) {
    const drawn = indices(8).map(() => shown[random.below(shown.length)]!);
    const request = pick(newLook, drawn);
    const next = subject.corrector.correct(tuned, request, { seed: n });
    if (next.accepted) accepted++;
    tuned = next;
  }
  const of = (examples: Examples) => changes(subject, tuned.heads, examples);
  const others = of(without(test, mine));
  return {
    accepted: 100 * accepted / REQUESTS,
    "other images of them in that look": of(pick(newLook, held))[main]!,
    "other items": others[main]!,
    "other items in that look": of(without(newLook, mine))[main]!,
    ...otherHeads(subject, others),
  };
}

/** How a label is made wrong. */
export type Lie = "random" | "always one class" | "runner-up" | "another head";

/** Right images under wrong labels, `size` a request, and honest corrections after them. */
export function poison(
  subject: Subject,
  seed: number,
  lie: Lie,
  size: number,
): Figures {
  const { main, test } = subject;
  const random = Random.fromSeed(seed, `${lie} ${size}`);
  const order = indices(test.count);
  random.shuffle(order);
  const chosen = order.slice(0, REQUESTS * size);
  const lies = mislabelled(subject, pick(test, chosen), lie, random);
  let tuned = subject.start;
  let accepted = 0;
  for (let n = 0; n < REQUESTS; n++) {
    const request = pick(lies, indices(size).map((i) => n * size + i));
    const next = subject.corrector.correct(tuned, request, { seed: n });
    if (next.accepted) accepted++;
    tuned = next;
  }
  const fallen = changes(subject, tuned.heads, without(test, chosen));
  return {
    accepted: 100 * accepted / REQUESTS,
    "other images": fallen[main]!,
    ...otherHeads(subject, fallen),
    "honest ones accepted after it": honestAfter(
      subject,
      tuned,
      chosen,
      random,
    ),
  };
}

/** The share of honest single corrections that are accepted, in per cent. */
function honestAfter(
  subject: Subject,
  tuned: Tuned,
  taken: readonly number[],
  random: Random,
): number {
  const free = new Set(taken);
  const [wrong, right] = [false, true].map((right) => {
    const found = answered(subject, right).filter((index) => !free.has(index));
    random.shuffle(found);
    return found;
  }) as [number[], number[]];
  const honest = [...wrong, ...right].slice(0, HONEST);
  let accepted = 0;
  honest.forEach((index, n) => {
    const next = subject.corrector.correct(
      tuned,
      pick(subject.test, [index]),
      { seed: REQUESTS + n },
    );
    if (next.accepted) accepted++;
    tuned = next;
  });
  return 100 * accepted / honest.length;
}

function mislabelled(
  { main, start: { heads } }: Subject,
  examples: Examples,
  lie: Lie,
  random: Random,
): Examples {
  const lied = lie === "another head"
    ? heads.findIndex((_, h) => h !== main)
    : main;
  const classes = heads[lied]!.bias.length;
  const one = random.below(classes);
  const wrong = examples.labels[lied]!.map((label, i) => {
    if (lie === "always one class") {
      return label === one ? (label + 1) % classes : one;
    }
    if (lie === "runner-up") {
      const z = logitsAt(heads[lied]!, featuresAt(examples, i));
      z[label] = -Infinity;
      return z.indexOf(Math.max(...z));
    }
    return (label + 1 + random.below(classes - 1)) % classes;
  });
  return { ...examples, labels: examples.labels.with(lied, wrong) };
}

/** The changes of the heads that are not corrected on purpose. */
function otherHeads(
  { main, start: { heads } }: Subject,
  values: readonly number[],
): Figures {
  return Object.fromEntries(
    heads.flatMap(({ spec: { name } }, h) =>
      h === main ? [] : [[`${name} of them`, values[h]!]]
    ),
  );
}
