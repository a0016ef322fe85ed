import { assertEquals, assertMatch } from "@std/assert";
import { gate } from "../../src/correction/gate.ts";
import type { Examples, Head } from "../../src/correction/heads.ts";
import { Scorer } from "../../src/correction/scorer.ts";
import { UNKNOWN } from "../../src/heads/head.ts";
import { binaryHead, classesHead, numberHead } from "../heads/specs.ts";

/** A head whose logits are the features themselves. */
const HEAD: Head = {
  spec: classesHead("kind", 8),
  weight: Float32Array.from({ length: 64 }, (_, i) => i % 9 === 0 ? 1 : 0),
  bias: new Float32Array(8),
  calibration: { temperature: 0.5, offsets: Array(8).fill(0) },
};
const SCORER = await Scorer.create(8, 8);

/** Examples of label 1, whose logits are given. */
function examples(...logits: number[][]): Examples {
  return {
    count: logits.length,
    features: Float32Array.from(
      logits.flatMap((z) => [...z, ...Array(8 - z.length).fill(0)]),
    ),
    labels: [Float32Array.from(logits, () => 1)],
  };
}

Deno.test("an example is dropped if its label is excluded and another is certain, not if one of both", () => {
  const [both, unlikely, certain, right] = gate(
    SCORER,
    [HEAD],
    examples(
      // z / T: log p(1) = −10, p(0) ≈ 1
      [5, 0],
      // −8 for the label, but 1/2 each for two others
      [4, 0, 4],
      // p(0) = 0.993, log p(1) = −5
      [2.5, 0, -9, -9, -9, -9, -9, -9],
      [0, 5],
    ),
  );
  assertMatch(both!, /^The base model is 100\.0 % sure of another kind/);
  assertEquals([unlikely, certain, right], [null, null, null]);
});

Deno.test("labels that are not known, and numbers, open and close no gate", () => {
  const unknown = { ...examples([9, 0]), labels: [Float32Array.of(UNKNOWN)] };
  assertEquals(gate(SCORER, [HEAD], unknown), [null]);
  const number: Head = {
    spec: numberHead("turn"),
    weight: HEAD.weight.slice(0, 8),
    bias: new Float32Array(1),
    calibration: { deviation: 0.1 },
  };
  const far = { ...examples([9, 0]), labels: [Float32Array.of(-500)] };
  assertEquals(gate(SCORER, [number], far), [null]);
});

Deno.test("a yes or no is dropped where the base is certain of the contrary", () => {
  const binary: Head = {
    spec: binaryHead("shaded"),
    weight: HEAD.weight.slice(0, 8),
    bias: new Float32Array(1),
    calibration: { temperature: 1, offset: 0 },
  };
  const labelled = (label: number, z: number) => ({
    ...examples([z]),
    labels: [Float32Array.of(label)],
  });
  assertEquals(gate(SCORER, [binary], labelled(1, -7)).length, 1);
  assertMatch(gate(SCORER, [binary], labelled(1, -7))[0]!, /another shaded/);
  assertEquals(gate(SCORER, [binary], labelled(0, -7)), [null]);
  assertEquals(gate(SCORER, [binary], labelled(1, -5)), [null]);
});
