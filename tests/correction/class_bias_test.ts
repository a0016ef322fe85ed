import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import {
  momentsOf,
  type Others,
  othersOf,
  riseOf,
} from "../../src/correction/class_bias.ts";
import { distanceOf } from "../../src/correction/class_distance.ts";
import type { GuardSet } from "../../src/correction/guard.ts";
import {
  type ClassesHead,
  type Examples,
  featuresAt,
  logitsAt,
  pick,
} from "../../src/correction/heads.ts";
import { measureWithin } from "../../src/correction/new_class.ts";
import { Scorer } from "../../src/correction/scorer.ts";
import { UNKNOWN } from "../../src/heads/head.ts";
import { Random } from "../../src/nn/prng.ts";
import { FEATURES, mildHead, STRIDE, toyExamples } from "./toy.ts";

/** Its last class stands for the new one where a test needs one. */
const HEAD = mildHead(Random.fromSeed(1));
const SCORER = await Scorer.create(FEATURES, HEAD.bias.length);
const REPLAY = toyExamples(60, Random.fromSeed(2));
const WITHIN = await measureWithin(REPLAY, REPLAY.labels[0]!, FEATURES);
const RISE = 4;

/** Logits with calibration, in doubles. */
function scores(head: ClassesHead, x: Float32Array): number[] {
  return Array.from(
    logitsAt(head, x),
    (z, c) => z + head.calibration.offsets[c]!,
  );
}

/** Images of the guard, labelled as the first four classes of the head answer them. */
function answered(count: number, handicap = 0): Others {
  const examples = toyExamples(count, Random.fromSeed(5));
  const labels = Array.from({ length: count }, (_, i) => {
    const z = scores(HEAD, featuresAt(examples, i)).slice(0, -1);
    return z.indexOf(Math.max(...z));
  });
  return { examples, labels, handicap };
}

/** How far the first four classes lead the last on each image. */
function leads({ examples, labels, handicap }: Others): number[] {
  return labels.map((label, i) => {
    const z = scores(HEAD, featuresAt(examples, i));
    z[label]! -= handicap;
    return Math.max(...z.slice(0, -1)) - z.at(-1)!;
  });
}

/** Examples of a new class, some way out in one direction. */
function novel(count: number, distance: number): Examples {
  const examples = toyExamples(count, Random.fromSeed(3));
  for (let i = 0; i < count; i++) {
    examples.features[i * STRIDE + 4]! += distance;
  }
  return examples;
}

Deno.test("the bias leaves the mean lead at as many deviations as the distance asks for", () => {
  for (const handicap of [0, 1.5]) {
    const others = answered(80, handicap);
    const { mean, deviation } = momentsOf(leads(others));
    for (const distance of [4, 7]) {
      const rise = riseOf(SCORER, HEAD, others, distance);
      const rest = mean - rise;
      assertAlmostEquals(rest, (1.17 + 0.3 * distance) * deviation, 1e-4);
    }
  }
});

Deno.test("no more than one in twenty right answers are taken, whatever the leads are", () => {
  for (const [images, taken] of [[80, 4], [99, 4], [100, 5]] as const) {
    const others = answered(images);
    const rise = riseOf(SCORER, HEAD, others, -50);
    assertEquals(leads(others).filter((lead) => lead < rise).length, taken);
  }
});

Deno.test("of few right answers, one may be taken", () => {
  const others = answered(10);
  const rise = riseOf(SCORER, HEAD, others, -50);
  assertEquals(leads(others).filter((lead) => lead < rise).length, 1);
});

Deno.test("answers that are wrong already do not bound what is taken", () => {
  const right = answered(80);
  const labels = right.labels.map((label, i) => i < 40 ? label : 4);
  const rise = riseOf(SCORER, HEAD, { ...right, labels }, -50);
  const taken = leads(right).slice(0, 40).filter((lead) => lead < rise);
  assertEquals(taken.length, 2);
});

Deno.test("images without a label are not among those to leave alone", () => {
  const { examples, labels } = answered(6);
  const some = Float32Array.from(labels, (y, i) => i % 2 ? UNKNOWN : y);
  const guard: GuardSet = {
    basis: "guard",
    examples,
    labels: some,
    handicap: 0.5,
  };
  const others = othersOf(guard);
  assertEquals(others.labels, [labels[0]!, labels[2]!, labels[4]!]);
  assertEquals(others.examples.features, pick(examples, [0, 2, 4]).features);
  assertEquals(others.handicap, 0.5);
});

/** The same, by a row of the others for each example. */
function slowDistance(examples: Examples, others: Others): number {
  const all = Array.from({ length: examples.count }, (_, i) => i);
  const largest = (x: Float32Array) => Math.max(...scores(HEAD, x));
  const distances = all.map((left) => {
    const rest = all.filter((i) => i !== left);
    const mean = new Float32Array(STRIDE).map((_, k) =>
      rest.reduce((sum, i) => sum + featuresAt(examples, i)[k]!, 0) /
      rest.length
    );
    const { weight, gain } = WITHIN.directions(mean)[0]!;
    const lead = (x: Float32Array) =>
      largest(x) -
      RISE / (gain - 1) *
        weight.reduce((sum, w, k) => sum + w * (x[k]! - WITHIN.mean[k]!), 0);
    const theirs = others.labels.map((_, i) =>
      lead(featuresAt(others.examples, i))
    );
    const { mean: centre, deviation } = momentsOf(theirs);
    return (centre - lead(featuresAt(examples, left))) / deviation;
  });
  return distances.reduce((sum, d) => sum + d, 3 * 2) / (examples.count + 3);
}

const distance = (examples: Examples, others: Others) =>
  distanceOf(SCORER, WITHIN, HEAD, examples, others, RISE);

Deno.test("the distance is that of each example by the row of the others, with three as usual", () => {
  const others = answered(40);
  for (const [count, out] of [[2, 6], [5, 3], [7, 12]] as const) {
    const examples = novel(count, out);
    assertAlmostEquals(
      distance(examples, others),
      slowDistance(examples, others),
      1e-3,
    );
  }
});

Deno.test("what is farther out has the larger distance, and one example says nothing of itself", () => {
  const others = answered(40);
  assertLess(distance(novel(5, 1), others), distance(novel(5, 6), others));
  assertEquals(distance(novel(1, 12), others), 2);
});

Deno.test("by one image, whose leads do not vary, the distance is the usual one", () => {
  assertEquals(distance(novel(5, 6), answered(1)), 2);
});
