import {
  assert,
  assertEquals,
  assertLessOrEqual,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import {
  foldRows,
  parseShares,
  parseSplit,
  type Split,
  splitRows,
  type SplitShares,
  type SplitStrategy,
} from "../../src/data/split.ts";

/** Rows of groups 0, 1, … of so many rows each. */
function groupsOf(...counts: number[]): string[] {
  return counts.flatMap((count, group) => Array(count).fill(`${group}`));
}

function countOf(rows: Uint32Array, groups: string[], group: string): number {
  return rows.filter((row) => groups[row] === group).length;
}

/** Lengths of the runs of consecutive rows. */
function runs(rows: Uint32Array): number {
  return rows.filter((row, i) => i === 0 || row !== rows[i - 1]! + 1).length;
}

const GROUPS = fc.array(
  fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 4 })).map((pair) =>
    pair.join("/")
  ),
  { minLength: 1, maxLength: 300 },
).map((groups) => groups.sort());
const SHARES: fc.Arbitrary<SplitShares> = fc.tuple(
  fc.nat({ max: 49 }),
  fc.nat({ max: 50 }),
).map(
  ([validation, test]) => ({
    train: 100 - validation - test,
    validation,
    test,
  }),
);
const OPTIONS = fc.record({
  seed: fc.nat(),
  strategy: fc.constantFrom<SplitStrategy>("blocks", "rows"),
});

Deno.test("a split of a plan is read as shares and a strategy", () => {
  const shares = { train: 80, validation: 5, test: 15 };
  for (const strategy of ["blocks", "rows"]) {
    assertEquals(parseSplit(`80/5/15 ${strategy}`), { shares, strategy });
  }
});

Deno.test("shares are read as percentages", () => {
  assertEquals(parseShares("80/5/15"), { train: 80, validation: 5, test: 15 });
  assertEquals(parseShares("100/0/0"), { train: 100, validation: 0, test: 0 });
  assertEquals(parseShares("62.5/12.5/25"), {
    train: 62.5,
    validation: 12.5,
    test: 25,
  });
});

Deno.test("shares that are not three numbers are a syntax error", () => {
  for (
    const text of [
      "",
      "80",
      "80/20",
      "80/5/15/0",
      "80/-5/25",
      "a/b/c",
      "80 / 5 / 15",
      "80/5/",
    ]
  ) {
    assertThrows(() => parseShares(text), SyntaxError, `got "${text}"`);
  }
});

Deno.test("shares that do not fill 100, or train on nothing, are a range error", () => {
  assertThrows(() => parseShares("80/5/5"), RangeError, "got a sum of 90");
  assertThrows(
    () => parseShares("0/50/50"),
    RangeError,
    "expected a training share above 0",
  );
});

Deno.test("every row is in exactly one part, in ascending order", () => {
  fc.assert(fc.property(GROUPS, SHARES, OPTIONS, (groups, shares, options) => {
    const { train, validation, test } = splitRows(groups, shares, options);
    for (const part of [train, validation, test]) {
      assert(part.every((row, i) => i === 0 || part[i - 1]! < row));
    }
    const all = [...train, ...validation, ...test].sort((a, b) => a - b);
    assertEquals(all, groups.map((_, row) => row));
  }));
});

Deno.test("every group keeps a training row and has its shares to within one row", () => {
  fc.assert(fc.property(GROUPS, SHARES, OPTIONS, (groups, shares, options) => {
    const split = splitRows(groups, shares, options);
    for (const group of groups) {
      const rows = groups.filter((other) => other === group).length;
      const test = countOf(split.test, groups, group);
      assert(countOf(split.train, groups, group) > 0);
      assert(test <= Math.ceil(rows * shares.test / 100));
      assert(test >= Math.min(rows - 1, Math.floor(rows * shares.test / 100)));
    }
  }));
});

Deno.test("what one group loses by rounding another makes up", () => {
  for (const strategy of ["blocks", "rows"] as const) {
    const groups = groupsOf(...Array.from({ length: 40 }, (_, i) => 7 + i % 6));
    const split = splitRows(groups, parseShares("80/5/15"), {
      seed: 1,
      strategy,
    });
    assertLessOrEqual(Math.abs(split.test.length - groups.length * 0.15), 1);
    assertLessOrEqual(
      Math.abs(split.validation.length - groups.length * 0.05),
      1,
    );
  }
});

Deno.test("the same seed gives the same split, another seed another", () => {
  const groups = groupsOf(40, 60);
  const shares = parseShares("80/5/15");
  for (const strategy of ["blocks", "rows"] as const) {
    const split = (seed: number): Split =>
      splitRows(groups, shares, { seed, strategy });
    assertEquals(split(7), split(7));
    assertNotEquals(split(7), split(8));
  }
});

Deno.test("a group's split does not depend on the groups after it", () => {
  const shares = parseShares("60/20/20");
  const few = splitRows(groupsOf(30), shares, { seed: 3 });
  const more = splitRows(groupsOf(30, 50), shares, { seed: 3 });
  assertEquals(more.test.filter((row) => row < 30), few.test);
});

Deno.test("blocks are the default: held-out rows of a group lie side by side", () => {
  fc.assert(fc.property(fc.nat(), (seed) => {
    const split = splitRows(groupsOf(50), parseShares("80/10/10"), { seed });
    assertEquals(runs(split.test), 1);
    assertEquals(runs(split.validation), 1);
    assertLessOrEqual(runs(split.train), 2);
    assertEquals(
      runs(Uint32Array.from([...split.test, ...split.validation]).sort()),
      1,
    );
  }));
});

Deno.test("blocks begin anywhere, and either part may come first", () => {
  const splits = Array.from(
    { length: 200 },
    (_, seed) => splitRows(groupsOf(10), parseShares("60/20/20"), { seed }),
  );
  assertEquals(new Set(splits.map((split) => split.test[0])).size, 9);
  assert(splits.some((split) => split.test[0]! < split.validation[0]!));
  assert(splits.some((split) => split.test[0]! > split.validation[0]!));
});

Deno.test("drawing by rows scatters them", () => {
  const split = splitRows(groupsOf(100), parseShares("80/5/15"), {
    seed: 1,
    strategy: "rows",
  });
  assert(runs(split.test) > 5);
});

Deno.test("100/0/0 holds nothing out", () => {
  const split = splitRows(groupsOf(3, 1), parseShares("100/0/0"), { seed: 1 });
  assertEquals(
    [split.train.length, split.validation.length, split.test.length],
    [4, 0, 0],
  );
});

Deno.test("folds hold every row once, every group in equal shares, and neighbours together", () => {
  fc.assert(
    fc.property(
      GROUPS,
      fc.integer({ min: 2, max: 6 }),
      OPTIONS,
      (groups, count, options) => {
        const folds = foldRows(groups, count, options);
        assertEquals(folds.length, count);
        assertEquals(
          folds.flatMap((fold) => [...fold]).sort((a, b) => a - b),
          groups.map((_, row) => row),
        );
        for (const group of groups) {
          const counts = folds.map((fold) => countOf(fold, groups, group));
          assertLessOrEqual(Math.max(...counts) - Math.min(...counts), 1);
        }
        if (options.strategy === "rows") return;
        const distinct = new Set(groups);
        for (const fold of folds) {
          assertLessOrEqual(runs(fold), distinct.size);
        }
      },
    ),
  );
});

Deno.test("fewer than two folds are refused", () => {
  assertThrows(() => foldRows(groupsOf(9), 1, { seed: 0 }), RangeError, "2");
});
