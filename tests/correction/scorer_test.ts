import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { featuresAt, type Head, logitsAt } from "../../src/correction/heads.ts";
import { rowAt, Scorer } from "../../src/correction/scorer.ts";
import { Random } from "../../src/nn/prng.ts";
import { FEATURES, toyExamples, toyHeads } from "./toy.ts";

const HEADS = toyHeads(Random.fromSeed(1));
/** More than go into one call. */
const EXAMPLES = toyExamples(70, Random.fromSeed(2));

Deno.test("logits are those of plain sums, whichever heads were scored before", async () => {
  const scorer = await Scorer.create(FEATURES, 5);
  const [classes, binary, quantity] = HEADS;
  const seen = new Map<Head, Float32Array>();
  for (const head of [classes, binary, classes, quantity, binary, classes]) {
    const logits = scorer.logits(head, EXAMPLES.features);
    for (let i = 0; i < EXAMPLES.count; i++) {
      const expected = logitsAt(head, featuresAt(EXAMPLES, i));
      rowAt(logits, i, head).forEach((z, k) =>
        assertAlmostEquals(z, expected[k]!, 1e-4)
      );
    }
    assertEquals(logits, seen.get(head) ?? logits);
    seen.set(head, logits);
  }
});

Deno.test("heads with the same weights and other biases differ by these", async () => {
  const scorer = await Scorer.create(FEATURES, 5);
  const [head] = HEADS;
  const row = EXAMPLES.features.subarray(0, EXAMPLES.features.length / 70);
  const without = { ...head, bias: new Float32Array(5) };
  const with1 = { ...head, bias: new Float32Array(5).fill(1) };
  const z = scorer.logits(without, row);
  scorer.logits(with1, row).forEach((value, k) =>
    assertAlmostEquals(value, z[k]! + 1, 1e-5)
  );
});

Deno.test("a head that is too large is refused", async () => {
  const scorer = await Scorer.create(FEATURES, 8);
  const head: Head = {
    ...HEADS[0],
    weight: new Float32Array(9 * FEATURES),
    bias: new Float32Array(9),
  };
  assertThrows(
    () => scorer.logits(head, EXAMPLES.features),
    RangeError,
    "expected at most 8 rows, got 9",
  );
});
