import { assert, assertEquals } from "@std/assert";
import { rememberExamples } from "../../src/train/memory.ts";
import { allRows, patternExamples } from "./examples.ts";

const SIZES = { inputs: 6, domains: 2, items: 3 };

Deno.test("the memory holds as many images of every class as asked for, where there are so many", () => {
  const examples = patternExamples(SIZES, 5);
  const rows = allRows(examples.length).filter((row) => row > 3);
  const memory = rememberExamples(
    examples,
    rows,
    { perGroup: 4, least: 0 },
    1,
  )!;
  const counts = new Map<string, number>();
  const [domains, items] = memory.labels;
  items!.forEach((item, n) => {
    const name = `${domains![n]}/${item}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  });
  assertEquals(counts.size, 6);
  assert([...counts.values()].every((count) => count === 4));
});

Deno.test("its descriptors are those of plain images with these labels, each once", () => {
  const examples = patternExamples(SIZES, 3);
  const memory = rememberExamples(
    examples,
    allRows(examples.length),
    { perGroup: 2, least: 0 },
    1,
  )!;
  const plain = allRows(examples.length);
  const found = new Set<number>();
  const [domains, items] = memory.labels;
  items!.forEach((item, n) => {
    const stored = memory.descriptors.subarray(
      n * SIZES.inputs,
      (n + 1) * SIZES.inputs,
    );
    const row = plain.find((candidate) => {
      const descriptor = new Uint8Array(SIZES.inputs);
      examples.read(candidate, 0, descriptor);
      return descriptor.every((value, i) => value === stored[i]);
    })!;
    assertEquals(examples.labelOf(row, 1), item);
    assertEquals(examples.labelOf(row, 0), domains![n]);
    found.add(row);
  });
  assertEquals(found.size, memory.length);
});

Deno.test("the choice follows the seed, and nothing comes of nothing", () => {
  const examples = patternExamples(SIZES, 8);
  const rows = allRows(examples.length);
  const choose = (seed: number) =>
    rememberExamples(examples, rows, { perGroup: 2, least: 0 }, seed)!;
  assertEquals(choose(1), choose(1));
  assert(
    choose(1).descriptors.some((value, i) =>
      value !== choose(2).descriptors[i]
    ),
  );
  assertEquals(
    rememberExamples(
      examples,
      new Uint32Array(),
      { perGroup: 2, least: 0 },
      1,
    ),
    undefined,
  );
});

Deno.test("few groups give more each, so that the memory is not too small", () => {
  const examples = patternExamples(SIZES, 8);
  const size = { perGroup: 2, least: 30 };
  const rows = allRows(examples.length);
  assertEquals(rememberExamples(examples, rows, size, 1)!.length, 30);
  const more = { ...size, least: 31 };
  assertEquals(rememberExamples(examples, rows, more, 1)!.length, 36);
});
