import { assert, assertEquals } from "@std/assert";
import { rememberExamples } from "../../src/train/memory.ts";
import { allRows, patternExamples } from "./examples.ts";

const SIZES = { inputs: 6, domains: 2, items: 3 };

Deno.test("the memory holds as many pictures of every class as asked for, where there are so many", () => {
  const examples = patternExamples(SIZES, 5);
  const rows = allRows(examples.length).filter((row) => row > 3);
  const memory = rememberExamples(examples, rows, SIZES.inputs, 4, 1)!;
  const counts = new Map<string, number>();
  memory.items.forEach((item, n) => {
    const name = `${memory.domains[n]}/${item}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  });
  assertEquals(counts.size, 6);
  assert([...counts.values()].every((count) => count === 4));
});

Deno.test("its descriptors are those of plain pictures with these labels, each once", () => {
  const examples = patternExamples(SIZES, 3);
  const memory = rememberExamples(
    examples,
    allRows(examples.length),
    SIZES.inputs,
    2,
    1,
  )!;
  const plain = allRows(examples.length);
  const found = new Set<number>();
  memory.items.forEach((item, n) => {
    const stored = memory.descriptors.subarray(
      n * SIZES.inputs,
      (n + 1) * SIZES.inputs,
    );
    const row = plain.find((candidate) => {
      const descriptor = new Uint8Array(SIZES.inputs);
      examples.read(candidate, 0, descriptor);
      return descriptor.every((value, i) => value === stored[i]);
    })!;
    assertEquals(examples.itemOf(row), item);
    assertEquals(examples.domainOf(row), memory.domains[n]);
    found.add(row);
  });
  assertEquals(found.size, memory.items.length);
});

Deno.test("the choice follows the seed, and nothing comes of nothing", () => {
  const examples = patternExamples(SIZES, 8);
  const rows = allRows(examples.length);
  const choose = (seed: number) =>
    rememberExamples(examples, rows, SIZES.inputs, 2, seed)!;
  assertEquals(choose(1), choose(1));
  assert(
    choose(1).descriptors.some((value, i) =>
      value !== choose(2).descriptors[i]
    ),
  );
  assertEquals(
    rememberExamples(examples, new Uint32Array(), SIZES.inputs, 2, 1),
    undefined,
  );
});
