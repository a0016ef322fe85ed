import { assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import {
  decide,
  type GuardMetrics,
  type GuardSet,
  measure,
} from "../../src/correction/guard.ts";
import {
  type Examples,
  featuresAt,
  logitsAt,
} from "../../src/correction/heads.ts";
import { isKnown } from "../../src/heads/head.ts";
import { Scorer } from "../../src/correction/scorer.ts";
import { Random } from "../../src/nn/prng.ts";
import { FEATURES, toyExamples, toyHeads } from "./toy.ts";

const metrics = (accuracy: number, loss: number): GuardMetrics => ({
  size: 100,
  accuracy,
  loss,
});

/** Examples as a guard of each head. */
function setsOf(examples: Examples): GuardSet[] {
  return examples.labels.map((labels) => ({
    basis: "guard",
    examples,
    labels,
    handicap: 0,
  }));
}

const NONE = toyExamples(0, Random.fromSeed(0));
const SETS = setsOf(NONE);

/** The verdict on one head. */
function verdict(
  base: GuardMetrics,
  before: GuardMetrics,
  after: GuardMetrics,
) {
  return decide(["kind"], SETS, [base], [before], [after]);
}

Deno.test("a head may fall by two points and 0.05 nats below the base, not by more", () => {
  const base = metrics(0.9, 0.4);
  assertEquals(verdict(base, base, metrics(0.88, 0.45)).accepted, true);
  const fallen = verdict(base, base, metrics(0.87, 0.4));
  assertEquals(fallen.accepted, false);
  assertMatch(
    fallen.reason!,
    /^kind would be right for 87\.0 % of 100 guard images, 3 fewer than the base model \(90\.0 %\)/,
  );
  const unsure = verdict(base, base, metrics(0.9, 0.46));
  assertMatch(unsure.reason!, /a loss of 0\.460 nats, 0\.400 for the base/);
});

Deno.test("of fewer than 50 images the loss decides: one of them is more than two points", () => {
  const of = (size: number, accuracy: number, loss: number) => ({
    size,
    accuracy,
    loss,
  });
  for (const size of [10, 49, 50]) {
    const base = of(size, 0.9, 0.4);
    const oneLess = of(size, 0.9 - 1 / size - 0.01, 0.4);
    assertEquals(verdict(base, base, oneLess).accepted, size < 50);
    const unsure = verdict(base, base, of(size, 0.9, 0.46));
    assertMatch(unsure.reason!, /less sure of \d+ guard images/);
  }
  const [set] = SETS;
  const replay = [{ ...set!, basis: "replay" as const }];
  const [base, after] = [of(30, 0.9, 0.4), of(30, 0.8, 0.4)];
  assertEquals(
    decide(["kind"], replay, [base], [base], [after]).accepted,
    false,
  );
});

Deno.test("a fall in steps is a fall from the base", () => {
  const base = metrics(0.9, 0.4);
  assertEquals(
    verdict(base, metrics(0.88, 0.44), metrics(0.87, 0.44)).accepted,
    false,
  );
});

Deno.test("what makes a fallen head no worse is let through", () => {
  const base = metrics(0.9, 0.4);
  const fallen = metrics(0.7, 0.9);
  assertEquals(verdict(base, fallen, metrics(0.72, 0.85)).accepted, true);
  assertEquals(verdict(base, fallen, fallen).accepted, true);
  assertEquals(verdict(base, fallen, metrics(0.69, 0.85)).accepted, false);
  assertEquals(verdict(base, fallen, metrics(0.72, 0.91)).accepted, false);
});

Deno.test("numbers that are none are refused", () => {
  const base = metrics(0.9, 0.4);
  assertEquals(verdict(base, base, metrics(0.9, NaN)).accepted, false);
});

Deno.test("every head is judged, and every objection said", () => {
  const base = metrics(0.9, 0.4);
  const after = metrics(0.5, 0.4);
  const { reason, heads } = decide(
    ["a", "b", "c"],
    SETS,
    [base, base, base],
    [base, base, base],
    [after, base, after],
  );
  assertMatch(reason!, /^a would be .* c would be /);
  assertEquals(heads.map(({ reason }) => reason !== null), [true, false, true]);
});

Deno.test("metrics are those of every labelled example, one by one", async () => {
  const random = Random.fromSeed(3);
  const heads = toyHeads(random);
  const examples = toyExamples(90, random, 0.3);
  const scorer = await Scorer.create(FEATURES, 5);
  const sets = setsOf(examples);
  const found = heads.map((head, h) => measure(scorer, head, sets[h]!));
  const known = (h: number) =>
    Array.from(examples.labels[h]!.entries())
      .filter(([, label]) => isKnown(label));
  const [classes, binary, number] = heads;
  const right = known(0).filter(([i, label]) => {
    const z = logitsAt(classes, featuresAt(examples, i))
      .map((value, c) => value + classes.calibration.offsets[c]!);
    return z.every((value) => value <= z[label]!);
  });
  assertEquals(found[0]!.size, known(0).length);
  assertAlmostEquals(found[0]!.accuracy, right.length / known(0).length, 1e-12);
  const loss = known(1).reduce((sum, [i, label]) => {
    const z = (logitsAt(binary, featuresAt(examples, i))[0]! + 0.2) / 1.5;
    const p = 1 / (1 + Math.exp(label === 1 ? -z : z));
    return sum - Math.log(Math.max(p, 1e-4));
  }, 0) / known(1).length;
  assertAlmostEquals(found[1]!.loss, loss, 1e-5);
  const error = known(2).reduce((sum, [i, label]) => {
    const residual = logitsAt(number, featuresAt(examples, i))[0]! - label;
    // In deviations, of which each is a tenth of the labels' own.
    return sum + Math.min((residual / 0.1) ** 2 / 2, -Math.log(1e-4));
  }, 0) / known(2).length;
  assertAlmostEquals(found[2]!.loss, error, 1e-4);
});

Deno.test("the loss of one example is bounded for heads of every kind, so that none can decide", async () => {
  const heads = toyHeads(Random.fromSeed(3));
  const scorer = await Scorer.create(FEATURES, 5);
  const examples = toyExamples(1, Random.fromSeed(4));
  heads.forEach((head, h) => {
    const bias = head.bias.map((_, row) => row === 0 ? 1e3 : 0);
    const weight = head.weight.map(() => 0);
    const labels = Float32Array.of(h === 0 ? 1 : 0);
    const set: GuardSet = { basis: "guard", examples, labels, handicap: 0 };
    const { accuracy, loss } = measure(scorer, { ...head, weight, bias }, set);
    assertEquals(accuracy, 0);
    assertAlmostEquals(loss, -Math.log(1e-4), 1e-12);
  });
});
