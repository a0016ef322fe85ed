/** Heads for tests. @module */

import type { BinaryHead } from "../../src/heads/binary.ts";
import type { ClassesHead } from "../../src/heads/classes.ts";
import type { HeadSpec } from "../../src/heads/kinds.ts";
import type { NumberHead } from "../../src/heads/number.ts";

/** A head that selects one of `labels`, or of as many made-up ones. */
export function classesHead(
  name: string,
  labels: number | readonly string[],
): ClassesHead {
  const names = typeof labels === "number"
    ? Array.from({ length: labels }, (_, c) => `${name} ${c}`)
    : labels;
  return { name, kind: "classes", labels: names };
}

/** A head that says yes or no. */
export function binaryHead(name: string): BinaryHead {
  return { name, kind: "binary" };
}

/** A head that estimates a quantity in centimetres. */
export function numberHead(
  name: string,
  mean = 0,
  standardDeviation = 1,
): NumberHead {
  return { name, kind: "number", unit: "cm", mean, standardDeviation };
}

/** Heads named as in the shipped model, of so many classes. */
export function twoHeads(domains: number, items: number): HeadSpec[] {
  return [classesHead("domain", domains), classesHead("item", items)];
}

/** Heads of all kinds. */
export function fourHeads(): HeadSpec[] {
  return [
    classesHead("place", 3),
    binaryHead("worn"),
    classesHead("thing", 9),
    numberHead("width", 20, 5),
  ];
}
