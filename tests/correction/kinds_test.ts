import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { kindOf } from "../../src/correction/kinds/kinds.ts";
import type { Head } from "../../src/correction/heads.ts";
import { createArena } from "../../src/kernels/arena.ts";
import { Random } from "../../src/nn/prng.ts";
import { toyHeads } from "./toy.ts";

const { kernels } = await createArena(() => ({}));
const [CLASSES, BINARY, NUMBER] = toyHeads(Random.fromSeed(1));

/** A head of any kind with logits and a label for it. */
const CASES = fc.oneof(
  cases(CLASSES, fc.nat(4)),
  cases(BINARY, fc.nat(1)),
  cases(NUMBER, fc.double({ min: -3, max: 3, noNaN: true })),
);

function cases(head: Head, label: fc.Arbitrary<number>) {
  const rows = head.bias.length;
  const logit = fc.double({ min: -9, max: 9, noNaN: true });
  return fc.record({
    head: fc.constant(head),
    logits: fc.array(logit, { minLength: rows, maxLength: rows }),
    label,
  });
}

/** The head as it was trained: probabilities of plain logits. */
function uncalibrated(head: Head): Head {
  if (head.kind === "number") return head;
  const offsets = head.calibration.offsets.map(() => 0);
  return { ...head, calibration: { temperature: 1, offsets } };
}

Deno.test("the gradient is that of the loss, by central differences", () => {
  const step = 1e-4;
  fc.assert(fc.property(CASES, ({ head, logits, label }) => {
    const kind = kindOf(head);
    const loss = (z: number[]) =>
      kind.judge(kernels, uncalibrated(head), z, label, 1e-300).loss;
    const gradient = new Float32Array(logits.length);
    kind.gradient(kernels, logits, label, 0.5, gradient);
    gradient.forEach((value, k) => {
      const moved = (by: number) => loss(logits.with(k, logits[k]! + by));
      const slope = (moved(step) - moved(-step)) / (2 * step);
      assertAlmostEquals(value, 0.5 * slope, 1e-5);
    });
  }));
});

Deno.test("raising and lowering by what is missing makes an answer right by the margin, and no less does", () => {
  const margins = fc.double({ min: 0.1, max: 4, noNaN: true });
  fc.assert(fc.property(CASES, margins, ({ head, logits, label }, margin) => {
    const kind = kindOf(head);
    const missing = kind.shortfall(head, logits, label, margin);
    if (missing === undefined) return;
    const { need, up, down } = missing;
    const count = (up === undefined ? 0 : 1) + (down === undefined ? 0 : 1);
    const after = (share: number) =>
      logits.map((z, row) => {
        const by = share * need / count;
        return row === up ? z + by : row === down ? z - by : z;
      });
    assert(need > 0);
    const left = kind.shortfall(head, after(1), label, margin);
    // Another class may have been just behind the strongest.
    const others = head.kind === "classes" && left?.down !== down;
    assert(left === undefined || left.need < 1e-9 || others);
    assert(kind.shortfall(head, after(0.9), label, margin) !== undefined);
  }));
});

Deno.test("what is right by a margin has rank 1, and the probability of the label goes up as its shortfall is made good", () => {
  fc.assert(fc.property(CASES, ({ head, logits, label }) => {
    const kind = kindOf(head);
    const { probability, rank } = kind.answer(kernels, head, logits, label);
    assert(probability >= 0 && probability <= 1 && rank >= 1);
    const { right } = kind.judge(kernels, head, logits, label, 1e-4);
    const missing = kind.shortfall(head, logits, label, 0.1);
    if (missing === undefined) {
      assertEquals(rank, 1);
      assert(right);
    }
  }));
});

Deno.test("an answer, by hand", () => {
  // softmax((0 + 0.1, 1 − 0.2, 0, 0.3, 0) / 0.8) of class 1
  const exps = [0.1, 0.8, 0, 0.3, 0].map((z) => Math.exp(z / 0.8));
  const sum = exps.reduce((a, b) => a + b);
  const logits = [0, 1, 0, 0, 0];
  const classes = kindOf(CLASSES);
  const answer = classes.answer(kernels, CLASSES, logits, 1);
  assertAlmostEquals(answer.probability, exps[1]! / sum, 1e-12);
  assertEquals(answer.rank, 1);
  assertEquals(classes.answer(kernels, CLASSES, logits, 3).rank, 2);
  const sure = classes.confidence(kernels, CLASSES, logits, 3)!;
  assertAlmostEquals(sure.logLabel, Math.log(exps[3]! / sum), 1e-12);
  assertAlmostEquals(sure.most, exps[1]! / sum, 1e-12);

  const yes = 1 / (1 + Math.exp(-(0.4 + 0.2) / 1.5));
  const binary = kindOf(BINARY);
  assertAlmostEquals(
    binary.answer(kernels, BINARY, [0.4], 1).probability,
    yes,
    1e-12,
  );
  const no = binary.answer(kernels, BINARY, [0.4], 0);
  assertAlmostEquals(no.probability, 1 - yes, 1e-12);
  assertEquals(no.rank, 2);
  const doubt = binary.confidence(kernels, BINARY, [0.4], 0)!;
  assertAlmostEquals(doubt.logLabel, Math.log(1 - yes), 1e-12);
  assertAlmostEquals(doubt.most, yes, 1e-12);

  const { right, loss } = kindOf(NUMBER).judge(kernels, NUMBER, [0.5], 1, 1e-4);
  assertEquals([right, loss], [false, 0.125]);
});

Deno.test("a loss is bounded by the least probability, so that one example cannot decide", () => {
  const judged = kindOf(BINARY).judge(kernels, BINARY, [99], 0, 1e-4);
  assertAlmostEquals(judged.loss, -Math.log(1e-4), 1e-12);
});
