import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Examples, pick } from "../../src/correction/heads.ts";
import {
  BLOCK_ROWS,
  EMPTY_MEMORY,
  type Memory,
  MEMORY_CAPACITY,
  recall,
  remember,
} from "../../src/correction/memory.ts";
import { UNKNOWN } from "../../src/heads/head.ts";
import { Random } from "../../src/nn/prng.ts";
import { STRIDE, toyExamples, toyHeads } from "./toy.ts";

const HEADS = toyHeads(Random.fromSeed(1));
const MANY = toyExamples(700, Random.fromSeed(2));

function all(memory: Memory): Examples {
  return recall(memory, HEADS, STRIDE);
}

/** Appends examples from `start` to before `end` in requests of `size`. */
function append(memory: Memory, start: number, end: number, size: number) {
  for (let i = start; i < end; i += size) {
    const count = Math.min(size, end - i);
    const indices = Array.from({ length: count }, (_, k) => i + k);
    memory = remember(memory, HEADS, pick(MANY, indices));
  }
  return memory;
}

Deno.test("what is appended is recalled, oldest first, whatever the requests", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 60 }),
    fc.integer({ min: 1, max: 20 }),
    (count, size) => {
      const indices = Array.from({ length: count }, (_, i) => i);
      assertEquals(
        all(append(EMPTY_MEMORY, 0, count, size)),
        pick(MANY, indices),
      );
    },
  ));
});

Deno.test("an example that is appended leaves full blocks as they are, and little to write", () => {
  let memory = EMPTY_MEMORY;
  let most = 0;
  for (let i = 0; i < MANY.count; i++) {
    const next = append(memory, i, i + 1, 1);
    const known = new Set(memory.blocks);
    const written = next.blocks.filter((block) => !known.has(block));
    most = Math.max(
      most,
      written.reduce((sum, block) => sum + block.length, 0),
    );
    memory = next;
  }
  // Two blocks of eight rows: one that is filled up, one that is begun.
  assert(most <= 16 * (STRIDE + HEADS.length), `${most} numbers`);
  assertEquals(all(memory).count, MEMORY_CAPACITY);
  const rows = memory.blocks.reduce((sum, block) => sum + block.length, 0) /
    (STRIDE + HEADS.length);
  assertEquals(rows, memory.order.length);
  assert(rows <= MEMORY_CAPACITY + 64);
});

Deno.test("blocks of which little is remembered do not fill the memory", () => {
  const examples = toyExamples(3000, Random.fromSeed(4));
  const [kinds, sides] = examples.labels as [Float32Array, Float32Array];
  // One example of a block is of a rare label, and stays: the others are forgotten.
  kinds.forEach((_, i) => {
    if (i % BLOCK_ROWS > 0) kinds[i] = sides[i] = 0;
    else kinds[i] = 1 + (i / BLOCK_ROWS) % 4;
  });
  let memory = EMPTY_MEMORY;
  for (let i = 0; i < examples.count; i++) {
    memory = remember(memory, HEADS, pick(examples, [i]));
    assert(memory.order.length <= MEMORY_CAPACITY + 64);
  }
  const { count, labels } = all(memory);
  assertEquals(count, MEMORY_CAPACITY);
  assert(labels[0]!.filter((kind) => kind > 0).length > 200);
});

Deno.test("an overflow takes the oldest of the most frequent labels", () => {
  const oneOf = (kind: number, count: number, seed: number): Examples => {
    const examples = toyExamples(count, Random.fromSeed(seed));
    return {
      ...examples,
      labels: examples.labels.map((labels, h) =>
        labels.map(() => h === 0 ? kind : UNKNOWN)
      ),
    };
  };
  const rare = oneOf(3, 6, 1);
  let memory = remember(EMPTY_MEMORY, HEADS, rare);
  const frequent = oneOf(1, 400, 2);
  memory = remember(memory, HEADS, frequent);
  const { count, labels, features } = all(memory);
  assertEquals(count, MEMORY_CAPACITY);
  assertEquals(labels[0]!.filter((label) => label === 3).length, 6);
  assertEquals(features.slice(0, 6 * STRIDE), rare.features);
  assertEquals(
    features.slice(6 * STRIDE),
    frequent.features.slice(150 * STRIDE),
  );
});

Deno.test("what an overflow takes, against a plain list", () => {
  fc.assert(
    fc.property(fc.nat(9999), fc.integer({ min: 1, max: 40 }), (seed, size) => {
      const examples = toyExamples(320, Random.fromSeed(seed), 0.3);
      const groupOf = (i: number) =>
        `${examples.labels[0]![i]} ${examples.labels[1]![i]}`;
      const kept: number[] = [];
      let memory = EMPTY_MEMORY;
      for (let i = 0; i < examples.count; i++) {
        if (kept.length === MEMORY_CAPACITY) {
          const groups = [...Map.groupBy(kept, groupOf).values()];
          const most = Math.max(...groups.map(({ length }) => length));
          const oldest = groups.find(({ length }) => length === most)![0]!;
          kept.splice(kept.indexOf(oldest), 1);
        }
        kept.push(i);
      }
      for (let i = 0; i < examples.count; i += size) {
        const count = Math.min(size, examples.count - i);
        const indices = Array.from({ length: count }, (_, k) => i + k);
        memory = remember(memory, HEADS, pick(examples, indices));
      }
      assertEquals(all(memory), pick(examples, kept));
    }),
    { numRuns: 20 },
  );
});

Deno.test("an image is remembered once, by its newest labels", () => {
  const first = pick(MANY, [0, 1, 2]);
  const again: Examples = {
    ...pick(MANY, [1]),
    labels: [4, UNKNOWN, UNKNOWN].map((label) => Float32Array.of(label)),
  };
  const memory = remember(remember(EMPTY_MEMORY, HEADS, first), HEADS, again);
  const { labels } = all(memory);
  assertEquals(all(memory).features, pick(MANY, [0, 2, 1]).features);
  assertEquals(labels[0]![2], 4);
  assertEquals(labels[1]![2], MANY.labels[1]![1]);
  assertEquals(labels[2]![2], MANY.labels[2]![1]);
});

Deno.test("a memory does not change when another is made from it", () => {
  const before = append(EMPTY_MEMORY, 0, 300, 7);
  const copy = structuredClone(before);
  append(before, 300, 400, 9);
  assertEquals(before, copy);
});
