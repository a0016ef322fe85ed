import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { classes } from "../../src/heads/classes.ts";
import { fitKnown, knownOf } from "../../src/heads/known.ts";
import { createArena } from "../../src/kernels/arena.ts";

const { kernels } = await createArena(() => undefined);
const HEAD = { name: "thing", kind: "classes", labels: ["a", "b"] } as const;

Deno.test("known is the share of held-out scores that are lower, ties by half", () => {
  const score = fc.integer({ min: -5, max: 5 });
  fc.assert(
    fc.property(fc.array(score, { minLength: 1 }), score, (values, score) => {
      const lower = values.filter((value) => value < score).length;
      const same = values.filter((value) => value === score).length;
      assertEquals(
        knownOf(fitKnown(values), score),
        (lower + same / 2) / values.length,
      );
    }),
  );
});

Deno.test("of many scores as many are kept as tell a share to a hundredth", () => {
  const kept = fitKnown(Array.from({ length: 5000 }, (_, i) => 4999 - i));
  assertEquals(kept.length, 129);
  assertEquals([kept[0], kept[64], kept.at(-1)], [0, 2500, 4999]);
});

Deno.test("a head of classes learns from labelled held-out images what it knows", () => {
  const tenTimes = <T>(values: T[]) => Array(10).fill(values).flat() as T[];
  const calibration = classes.fit(kernels, HEAD, {
    width: 2,
    logits: Float32Array.from(tenTimes([3, 1, 0, 2, 9, 9])),
    labels: Float64Array.from(tenTimes([0, 1, NaN])),
  });
  const { known = [], offsets } = calibration;
  assertEquals(known.length, 20, "every third has no label");
  const strange = classes.known(calibration, [-1, -2]);
  const alike = classes.known(calibration, [9, 0]);
  assertEquals([strange, alike], [0, 1]);
  const between = classes.known({ offsets, temperature: 7, known }, [2.6, 0]);
  assertEquals(between, 0.5, "whatever the temperature");
});

Deno.test("a head that has seen no held-out images, or few, does not say what it knows", () => {
  const neutral = classes.neutral(HEAD);
  assertEquals(classes.known(neutral, [1, 2]), undefined);
  const known = Array.from({ length: 20 }, (_, i) => i);
  assertEquals(classes.known({ ...neutral, known }, [9.5, 2]), 0.5);
  const few = known.slice(1);
  assertEquals(classes.known({ ...neutral, known: few }, [9.5, 2]), undefined);
});

Deno.test("scores out of order are no calibration", () => {
  const neutral = classes.neutral(HEAD);
  const fault = (known: unknown) =>
    classes.calibrationFault(HEAD, { ...neutral, known: known as number[] });
  assertEquals(fault([1, 1, 2]), undefined);
  for (const known of [[], [2, 1], ["1"], [NaN], null]) {
    assertEquals(fault(known), "known scores in ascending order");
  }
});
