import {
  assert,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { DataError } from "../../../src/errors.ts";
import {
  drawRows,
  sourceImages,
  splitTarget,
  taskOf,
} from "../../../src/experiments/adapt/protocol.ts";
import { binaryHead, classesHead, numberHead } from "../../heads/specs.ts";
import { domainExamples, rowsIn } from "./domains.ts";

const EXAMPLES = domainExamples();
const TASK = taskOf(EXAMPLES.heads, { source: "near", target: "far" });

Deno.test("the first head with both domains divides, and the head with the most other classes is told", () => {
  const { head, main, by, source, target } = TASK;
  assertEquals([head.name, main, by, source, target], ["item", 1, 0, 0, 1]);
  const heads = [
    numberHead("size"),
    classesHead("item", 9),
    binaryHead("indoors"),
    classesHead("place", ["x", "y"]),
  ];
  const pair = { source: "x", target: "y" };
  assertEquals(taskOf(heads, { ...pair, by: "place" }).by, 3);
  assertEquals(taskOf(heads, pair).by, 3, "indoors has no x and y");
  const equal = [classesHead("place", ["x", "y"]), classesHead("item", 2)];
  assertEquals(taskOf(equal, pair).by, 0, "and as many items as places");
  // By the largest head, the next largest is told.
  const inverse = taskOf(heads, {
    by: "item",
    source: "item 0",
    target: "item 1",
  });
  assertEquals([inverse.by, inverse.head.name], [1, "place"]);
});

Deno.test("what cannot be adapted is said", () => {
  const pair = { source: "near", target: "far" };
  assertThrows(
    () => taskOf(EXAMPLES.heads, { ...pair, target: "moon" }),
    RangeError,
    'Cannot find the place "moon": expected one of near, far, rare',
  );
  assertThrows(
    () => taskOf(EXAMPLES.heads, { ...pair, target: "near" }),
    RangeError,
    'expected two domains, got "near" twice',
  );
  assertThrows(
    () => taskOf(EXAMPLES.heads, { ...pair, by: "time" }),
    RangeError,
    "Cannot divide images by time: expected one of place, item",
  );
  assertThrows(
    () =>
      taskOf([...EXAMPLES.heads, numberHead("size")], { ...pair, by: "size" }),
    DataError,
    "got place, item, size",
  );
  assertThrows(
    () => taskOf([classesHead("item", 3), numberHead("size")], pair),
    DataError,
    "expected a head of classes and one that divides images, got item, size",
  );
});

Deno.test("where a class has few source images, fewer are drawn", () => {
  assertEquals(sourceImages(EXAMPLES, TASK), 8);
  const many = {
    ...EXAMPLES,
    labelOf: (row: number, head: number) =>
      head === 0 ? Number(row >= 120) : row % 6,
  };
  assertEquals(sourceImages(many, TASK), 20);
});

Deno.test("a draw has as many source images of every class, and every image of both domains once", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 0, max: 14 }),
    fc.integer({ min: 0, max: 1000 }),
    (perClass, shots, seed) => {
      const draw = drawRows(EXAMPLES, TASK, perClass, seed);
      const { source, others, target } = draw;
      assertEquals(source.length, 6 * perClass);
      assertEquals(
        [...source, ...others].sort((a, b) => a - b),
        [...rowsIn(EXAMPLES, 0)],
      );
      assertEquals([...target].sort((a, b) => a - b), [...rowsIn(EXAMPLES, 1)]);
      const labels = (rows: Uint32Array) =>
        [...rows].map((row) => EXAMPLES.labelOf(row, 1));
      for (let c = 0; c < 6; c++) {
        assertEquals(
          labels(source).filter((label) => label === c).length,
          perClass,
        );
      }
      assertEquals(labels(target).slice(0, 6), [0, 1, 2, 3, 4, 5]);

      const { labelled, test } = splitTarget(EXAMPLES, TASK, draw, shots);
      assertEquals(labelled.length, 6 * Math.min(shots, 12));
      assertEquals(labelled.length + test.length, target.length);
      assertEquals(new Set([...labelled, ...test]).size, target.length);
      const more = splitTarget(EXAMPLES, TASK, draw, shots + 1).labelled;
      assert(labelled.every((row) => more.includes(row)), "shots are added to");
    },
  ));
  const of = (seed: number) => drawRows(EXAMPLES, TASK, 5, seed);
  assertEquals(of(3), of(3));
  assertNotEquals(of(3), of(4));
});
