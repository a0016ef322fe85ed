// What corrections ask of every kind of head, as properties.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { kindOf } from "../../src/heads/kinds.ts";
import { createArena } from "../../src/kernels/arena.ts";
import { binaryHead, classesHead, fourHeads, numberHead } from "./specs.ts";

const { kernels, views: { scratch } } = await createArena((allocate) => ({
  scratch: allocate.floats(16),
}));

/** A head with a calibration, logits of one example, and its target. */
const cases = fc.constantFrom(...fourHeads()).chain((head) => {
  const kind = kindOf(head);
  const width = kind.width(head);
  const value = fc.double({ min: -6, max: 6, noNaN: true });
  const values = fc.array(value, { minLength: width, maxLength: width });
  const groups = kind.groups(head).length;
  return fc.record({
    head: fc.constant(head),
    logits: values.map((list) => Float32Array.from(list)),
    target: groups === 0 ? value : fc.nat(groups - 1),
    temperature: fc.double({ min: 0.25, max: 4, noNaN: true }),
    offsets: values,
    deviation: fc.double({ min: 0.01, max: 3, noNaN: true }),
  });
}).map(({ temperature, offsets, deviation, ...rest }) => ({
  ...rest,
  calibration: rest.head.kind === "classes"
    ? { temperature, offsets }
    : rest.head.kind === "binary"
    ? { temperature, offset: offsets[0]! }
    : { deviation },
}));

Deno.test("logits that are moved by the shortfall leave none behind", () => {
  fc.assert(
    fc.property(cases, ({ head, logits, target, calibration }) => {
      const kind = kindOf(head);
      const margin = 0.5;
      const moved = Float64Array.from(logits);
      // Each move may bring up another rival: there are as many as columns.
      for (let move = 0; move <= moved.length; move++) {
        const found = kind.shortfall(head, calibration, moved, target, margin);
        if (found === undefined) break;
        const { need, up, down } = found;
        assert(need > 0);
        const rows = [up, down].filter((row) => row !== undefined).length;
        if (up !== undefined) moved[up]! += need / rows * (1 + 1e-9);
        if (down !== undefined) moved[down]! -= need / rows * (1 + 1e-9);
      }
      assertEquals(
        kind.shortfall(head, calibration, moved, target, margin - 1e-6),
        undefined,
      );
      const { right, rank } = kind.standing(
        kernels,
        head,
        calibration,
        moved,
        target,
      );
      assertEquals([right, rank], [true, 1]);
    }),
  );
});

Deno.test("a smaller move than the shortfall is not enough", () => {
  const margins = fc.double({ min: 0.1, max: 4, noNaN: true });
  fc.assert(
    fc.property(cases, margins, (each, margin) => {
      const { head, logits, target, calibration } = each;
      const kind = kindOf(head);
      const found = kind.shortfall(head, calibration, logits, target, margin);
      if (found === undefined) return;
      const { need, up, down } = found;
      const rows = [up, down].filter((row) => row !== undefined).length;
      const moved = Float64Array.from(logits);
      if (up !== undefined) moved[up]! += 0.9 * need / rows;
      if (down !== undefined) moved[down]! -= 0.9 * need / rows;
      assert(kind.shortfall(head, calibration, moved, target, margin));
    }),
  );
});

Deno.test("a handicap takes as much from the lead of a label, and nothing from a quantity", () => {
  const handicaps = fc.double({ min: 0, max: 8, noNaN: true });
  fc.assert(
    fc.property(cases, handicaps, (each, by) => {
      const { head, logits, target, calibration } = each;
      const kind = kindOf(head);
      // No label leads by so much.
      const need = () =>
        kind.shortfall(head, calibration, logits, target, 99)?.need ?? 0;
      const before = need();
      kind.handicap(logits, target, by);
      const expected = head.kind === "number" ? 0 : by;
      assertAlmostEquals(need() - before, expected, 1e-5);
    }),
  );
});

Deno.test("a label's standing, by hand", () => {
  // softmax((0 + 0.1, 1 − 0.2, 0.3) / 0.8) of classes 1 and 2
  const exponentials = [0.1, 0.8, 0.3].map((z) => Math.exp(z / 0.8));
  const sum = exponentials.reduce((total, value) => total + value);
  const [first, second] = [1, 2].map((target) => {
    const head = classesHead("kind", 3);
    const calibration = { temperature: 0.8, offsets: [0.1, -0.2, 0.3] };
    return kindOf(head).standing(kernels, head, calibration, [0, 1, 0], target);
  });
  assertEquals([first!.rank, first!.right], [1, true]);
  assertAlmostEquals(first!.probability, exponentials[1]! / sum, 1e-12);
  assertEquals([second!.rank, second!.right], [2, false]);
  assertAlmostEquals(second!.loss, -Math.log(exponentials[2]! / sum), 1e-12);
  assertAlmostEquals(second!.most!, exponentials[1]! / sum, 1e-12);

  const binary = binaryHead("shaded");
  const yes = 1 / (1 + Math.exp(-(0.4 + 0.2) / 1.5));
  const no = kindOf(binary).standing(
    kernels,
    binary,
    { temperature: 1.5, offset: 0.2 },
    [0.4],
    0,
  );
  assertEquals([no.rank, no.right], [2, false]);
  // The answer to a logit of 0 is no.
  const atZero = [0, 1].map((target) => {
    const neutral = { temperature: 1, offset: 0 };
    return kindOf(binary).standing(kernels, binary, neutral, [0], target);
  });
  assertEquals(atZero.map(({ right }) => right), [true, false]);
  assertAlmostEquals(no.probability, 1 - yes, 1e-12);
  assertAlmostEquals(no.loss, -Math.log(1 - yes), 1e-12);
  assertAlmostEquals(no.most!, yes, 1e-12);

  // Half a standard deviation of 20 off, where 5 were to be expected.
  const number = numberHead("turn", 0, 20);
  assertEquals(
    kindOf(number).standing(kernels, number, { deviation: 5 }, [0.5], 1),
    {
      probability: kernels.exp(-2),
      rank: 1,
      most: undefined,
      right: false,
      loss: 2,
    },
  );
});

Deno.test("a label's standing agrees with the answer", () => {
  fc.assert(
    fc.property(cases, ({ head, logits, target, calibration }) => {
      const kind = kindOf(head);
      const standing = kind.standing(
        kernels,
        head,
        calibration,
        logits,
        target,
      );
      const own = scratch.subarray(0, logits.length);
      own.set(logits);
      const answer = kind.answer(kernels, head, calibration, own, 16);
      if ("value" in answer || standing.most === undefined) return;
      assertAlmostEquals(answer.probability, standing.most, 1e-5);
      assertAlmostEquals(standing.loss, -Math.log(standing.probability), 1e-6);
      if (!standing.right) return;
      assertAlmostEquals(standing.probability, standing.most, 1e-12);
      // Answers are of 32-bit numbers: two that hardly differ may change places.
      const runnerUp = "top" in answer
        ? answer.top[1]!.probability
        : 1 - answer.probability;
      if (answer.probability - runnerUp < 1e-5) return;
      assertEquals(answer.label, kind.show(head, target));
    }),
  );
});

Deno.test("the slope is that of the loss by central differences", () => {
  fc.assert(
    fc.property(cases, ({ head, logits, target }) => {
      const kind = kindOf(head);
      const neutral = kind.neutral(head);
      const loss = (z: Float64Array) =>
        head.kind === "number"
          ? (z[0]! - target) ** 2
          : kind.standing(kernels, head, neutral, z, target).loss;
      const slope = new Float32Array(logits.length);
      kind.slope(kernels, logits, target, slope);
      slope.forEach((value, c) => {
        const at = (by: number) => {
          const z = Float64Array.from(logits);
          z[c]! += by;
          return loss(z);
        };
        assertAlmostEquals(value, (at(1e-5) - at(-1e-5)) / 2e-5, 1e-4);
      });
    }),
  );
});
