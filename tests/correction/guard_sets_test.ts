import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { measure } from "../../src/correction/guard.ts";
import { LEAST_GUARD } from "../../src/correction/guard.ts";
import { chooseGuards } from "../../src/correction/guard_sets.ts";
import {
  type Examples,
  featuresAt,
  type Head,
  logitsAt,
} from "../../src/correction/heads.ts";
import { Scorer } from "../../src/correction/scorer.ts";
import { UNKNOWN } from "../../src/heads/head.ts";
import { Random } from "../../src/nn/prng.ts";
import { FEATURES, toyExamples, toyHeads } from "./toy.ts";

const SCORER = await Scorer.create(FEATURES, 5);
const HEADS = toyHeads(Random.fromSeed(1));

/** Examples that the heads are right about. */
function learned(count: number, seed: number): Examples {
  const examples = toyExamples(count, Random.fromSeed(seed));
  const said = (head: Head, i: number) => {
    const z = logitsAt(head, featuresAt(examples, i));
    if ("deviation" in head.calibration) return z[0]!;
    if ("offset" in head.calibration) {
      return z[0]! + head.calibration.offset > 0 ? 1 : 0;
    }
    const { offsets } = head.calibration;
    const calibrated = z.map((value, c) => value + offsets[c]!);
    return calibrated.indexOf(Math.max(...calibrated));
  };
  return {
    ...examples,
    labels: HEADS.map((head) =>
      Float32Array.from({ length: count }, (_, i) => said(head, i))
    ),
  };
}

Deno.test("a guard that is large enough judges by itself", () => {
  const guard = learned(LEAST_GUARD, 1);
  for (const set of chooseGuards(SCORER, HEADS, guard, learned(90, 2))) {
    assert(set.basis === "guard" && set.examples === guard);
    assertEquals(set.handicap, 0);
  }
});

Deno.test("a smaller one is replaced by the replay memory, as hard as its images are", () => {
  const guard = learned(8, 1);
  const wrong = guard.labels[1]!.map((label, i) => i < 3 ? 1 - label : label);
  const half = { ...guard, labels: guard.labels.with(1, wrong) };
  const sets = chooseGuards(SCORER, HEADS, half, learned(200, 2));
  assertEquals(sets.map(({ basis }) => basis), ["replay", "replay", "replay"]);
  const metrics = HEADS.map((head, h) => measure(SCORER, head, sets[h]!));
  assertAlmostEquals(metrics[0]!.accuracy, (8 + 1) / (8 + 2), 0.01);
  assertAlmostEquals(metrics[1]!.accuracy, (5 + 1) / (8 + 2), 0.01);
  // There is nothing to make harder for a number.
  assertEquals([sets[2]!.handicap, metrics[2]!.accuracy], [0, 1]);
});

Deno.test("each head has a guard of its own, by its labels", () => {
  const guard = learned(60, 1);
  const few = {
    ...guard,
    labels: guard.labels.with(
      0,
      guard.labels[0]!.map((label, i) => i < 40 ? label : UNKNOWN),
    ),
  };
  const sets = chooseGuards(SCORER, HEADS, few, learned(90, 2));
  assertEquals(sets.map(({ basis }) => basis), ["replay", "guard", "guard"]);
});
