import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import type { GuardSet } from "../../src/correction/guard.ts";
import {
  type ClassesHead,
  type Examples,
  featuresAt,
  logitsAt,
  pick,
} from "../../src/correction/heads.ts";
import { addClass, measureWithin } from "../../src/correction/new_class.ts";
import { Metric } from "../../src/correction/metric.ts";
import { Scorer } from "../../src/correction/scorer.ts";
import { Random } from "../../src/nn/prng.ts";
import {
  allNumbers,
  FEATURES,
  grownBy,
  mildHead,
  STRIDE,
  toyExamples,
} from "./toy.ts";

const HEAD = mildHead(Random.fromSeed(1));
const GROWN = grownBy("new", HEAD);
const REPLAY = toyExamples(60, Random.fromSeed(2));
const TOOLS = {
  metric: await Metric.create(REPLAY.features, { features: FEATURES }),
  scorer: await Scorer.create(FEATURES, 6),
};
const WITHIN = await measureWithin(REPLAY, REPLAY.labels[0]!, FEATURES);

/** Examples of something else: all alike, far out in one direction. */
function novel(count: number, distance: number): Examples {
  const examples = toyExamples(count, Random.fromSeed(3));
  for (let i = 0; i < count; i++) {
    examples.features[i * STRIDE + 4]! += distance;
  }
  return examples;
}

/** Examples labelled as the head answers them. */
function answered(count: number): GuardSet {
  const examples = toyExamples(count, Random.fromSeed(5));
  const labels = Float32Array.from(
    { length: count },
    (_, i) => best(HEAD, featuresAt(examples, i)),
  );
  return { basis: "guard", examples, labels, handicap: 0 };
}

function best(head: ClassesHead, x: Float32Array): number {
  const z = logitsAt(head, x)
    .map((value, c) => value + head.calibration.offsets[c]!);
  return z.indexOf(Math.max(...z));
}

Deno.test("a new class takes its own images and at most one in twenty of the guard", () => {
  const guard = answered(80);
  for (const distance of [2, 6, 12]) {
    const before = allNumbers([HEAD]);
    const head = addClass(
      TOOLS,
      WITHIN,
      HEAD,
      GROWN,
      novel(5, distance),
      guard,
    );
    assertEquals(allNumbers([HEAD]), before);
    assertEquals(head.bias.length, 6);
    assertEquals(head.calibration.offsets.length, 6);
    assertEquals(head.spec.labels.at(-1), "new");
    const taken = guard.labels.filter((_, i) =>
      best(head, featuresAt(guard.examples, i)) === 5
    );
    assert(taken.length <= 4, `${taken.length} at ${distance}`);
  }
  const head = addClass(TOOLS, WITHIN, HEAD, GROWN, novel(5, 12), guard);
  const others = novel(30, 12);
  const found = others.labels[0]!
    .filter((_, i) => best(head, featuresAt(others, i)) === 5);
  assert(found.length >= 25, `${found.length} of 30`);
});

Deno.test("without a guard, a new class leads by two where its examples are", () => {
  const examples = pick(novel(1, 6), [0]);
  const none = { ...answered(0), examples: pick(examples, []) };
  const head = addClass(TOOLS, WITHIN, HEAD, GROWN, examples, none);
  const z = logitsAt(head, featuresAt(examples, 0))
    .map((value, c) => value + head.calibration.offsets[c]!);
  assertAlmostEquals(z[5]! - Math.max(...z.slice(0, 5)), 2, 1e-4);
});

Deno.test("a class of nothing, or of nothing special, is refused", () => {
  const guard = answered(8);
  assertThrows(
    () => addClass(TOOLS, WITHIN, HEAD, GROWN, pick(REPLAY, []), guard),
    RangeError,
    "expected examples, got none",
  );
  const mean = {
    count: 1,
    features: Float32Array.from(WITHIN.mean),
    labels: [],
  };
  const exact = { ...mean, features: mean.features };
  WITHIN.mean.forEach((value, i) => WITHIN.mean[i] = Math.fround(value));
  assertThrows(
    () => addClass(TOOLS, WITHIN, HEAD, GROWN, exact, guard),
    RangeError,
    "differ from the mean",
  );
});
