import { assertEquals } from "@std/assert";
import type { GuardSet } from "../../src/correction/guard.ts";
import type { Head } from "../../src/correction/heads.ts";
import { Scorer } from "../../src/correction/scorer.ts";
import { witnessesOf } from "../../src/correction/witnesses.ts";
import { UNKNOWN } from "../../src/heads/head.ts";
import { classesHead } from "../heads/specs.ts";

/** A head of two classes whose logits are the first two features. */
const BEFORE: Head = {
  spec: classesHead("kind", 2),
  weight: Float32Array.from({ length: 16 }, (_, i) => i % 9 === 0 ? 1 : 0),
  bias: new Float32Array(2),
  calibration: { temperature: 1, offsets: [0, 0] },
};
/** The same, with a logit more for the second class. */
const AFTER: Head = { ...BEFORE, bias: Float32Array.of(0, 1) };
const SCORER = await Scorer.create(8, 2);

/** Images by the lead of the first class, and their labels. */
function guardOf(
  images: readonly (readonly [lead: number, label: number])[],
  handicap = 0,
): GuardSet {
  const labels = Float32Array.from(images, ([, label]) => label);
  const features = new Float32Array(8 * images.length);
  images.forEach(([lead], i) => features[8 * i] = lead);
  const examples = { count: images.length, features, labels: [labels] };
  return { basis: "guard", examples, labels, handicap };
}

const rows = (set: GuardSet) =>
  witnessesOf(SCORER, set, BEFORE, AFTER).map(({ row }) => row);

Deno.test("what a head would get wrong comes first, then what it would be less sure of", () => {
  const images = [
    [5, 0], // right, and a little less sure
    [-3, 0], // wrong, and much less sure
    [0.5, 0], // lost
    [0.1, 1], // surer
    [0.5, UNKNOWN],
    [2, 0], // right, and less sure
    [0.5, 0], // lost as well
  ] as const;
  assertEquals(rows(guardOf(images)), [2, 6, 1, 5, 0]);
});

Deno.test("at most five are named, and all as the guard sees them", () => {
  const images = [3, 2.5, 2, 1.6, 1.4, 1.2].map((lead) => [lead, 0] as const);
  assertEquals(rows(guardOf(images)), [5, 4, 3, 2, 1]);
  // With the handicap the fourth, fifth and sixth would be wrong already.
  assertEquals(rows(guardOf(images, 1.7)), [2, 1, 5, 4, 3]);
});
