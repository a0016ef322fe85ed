import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
} from "@std/assert";
import {
  compareHeads,
  networksPerSeed,
} from "../../../src/experiments/compare/heads.ts";
import {
  joinHeads,
  joiningOf,
  separateOutputs,
} from "../../../src/experiments/compare/joint_head.ts";
import { indexOfLargest, isKnown, UNKNOWN } from "../../../src/heads/head.ts";
import { createArena } from "../../../src/kernels/arena.ts";
import type { Examples } from "../../../src/model/examples.ts";
import { binaryHead, classesHead, numberHead } from "../../heads/specs.ts";
import { fourHeadExamples, patternExamples } from "../../train/examples.ts";
import { materialOf } from "./material.ts";

const TRUNK = 16 * 12 + 12;
const EXAMPLES = patternExamples({ inputs: 16, domains: 3, items: 4 }, 10);

function compare(examples: Examples, seeds = [0, 1]) {
  return compareHeads(materialOf(examples), [12], seeds, () => {});
}

Deno.test("two heads of classes are compared with two networks and with joint classes", async () => {
  let networks = 0;
  const results = await compareHeads(
    materialOf(EXAMPLES),
    [12],
    [0, 1],
    () => networks++,
  );
  assertEquals(networks, 2 * networksPerSeed(EXAMPLES.heads));
  assertEquals(
    results.map((
      { name, networks, parameters },
    ) => [name, networks, parameters]),
    [
      ["one network", 1, TRUNK + 13 * (3 + 4)],
      ["a network per head", 2, 2 * TRUNK + 13 * (3 + 4)],
      ["joint classes", 1, TRUNK + 13 * 12],
    ],
  );
  for (const { name, runs } of results) {
    assertEquals(runs.map(({ seed }) => seed), [0, 1]);
    for (const { heads, together } of runs) {
      const [a, b] = Object.values(heads).map(({ accuracy }) => accuracy!);
      assert(together <= Math.min(a!, b!), name);
      assert(together >= a! + b! - 1 - 1e-9, name);
    }
  }
  // Better than always saying the same.
  assertGreater(results[0]!.runs[0]!.heads.domain!.accuracy!, 1 / 3);
});

Deno.test("heads of three kinds are compared on the same test images and labels", async () => {
  const results = await compare(fourHeadExamples(16, 20, { noise: 60 }));
  assertEquals(
    results.map((
      { name, networks, parameters },
    ) => [name, networks, parameters]),
    [
      ["one network", 1, TRUNK + 13 * (2 + 4 + 1 + 1)],
      ["a network per head", 4, 4 * TRUNK + 13 * (2 + 4 + 1 + 1)],
      ["joint classes", 1, TRUNK + 13 * (8 + 1 + 1)],
    ],
  );
  const [one, several, joint] = results.map(({ runs: [run] }) => run!);
  assertEquals(Object.keys(one!.heads), [
    "domain",
    "item",
    "early",
    "brightness",
  ]);
  for (const other of [several!, joint!]) {
    assertEquals(
      Object.values(other.heads).map(({ images }) => images),
      Object.values(one!.heads).map(({ images }) => images),
    );
  }
  assert(Number.isFinite(one!.heads.brightness!.r2));
});

Deno.test("with one head there is nothing to compare, and fewer than two of classes are not joined", async () => {
  const { heads, labelOf } = EXAMPLES;
  assertEquals(await compare({ ...EXAMPLES, heads: heads.slice(1) }), []);
  assertEquals(networksPerSeed(heads.slice(1)), 0);
  const mixed: Examples = {
    ...EXAMPLES,
    heads: [heads[0]!, numberHead("place")],
    labelOf: (row, head) => head === 0 ? labelOf(row, 0) : row,
  };
  const results = await compare(mixed, [0]);
  assertEquals(results.map(({ name }) => name), [
    "one network",
    "a network per head",
  ]);
  // One head alone divides the images into groups.
  assertEquals(results[0]!.runs[0]!.together, NaN);
});

Deno.test("a joint head's labels are those of its heads, and unknown where one of them is", () => {
  const examples: Examples = {
    ...EXAMPLES,
    heads: [classesHead("a", 3), binaryHead("b"), classesHead("c", 5)],
    labelOf: (row, head) =>
      row === 7 && head === 2 ? UNKNOWN : [row % 3, row % 2, row % 5][head]!,
  };
  const joining = joiningOf(examples.heads)!;
  const joined = joinHeads(examples, joining);
  assertEquals(joined.heads.map(({ name }) => name), ["joint", "b"]);
  const seen = new Map<number, string>();
  for (let row = 0; row < 30; row++) {
    const label = joined.labelOf(row, 0);
    assertEquals(joined.labelOf(row, 1), row % 2);
    assertEquals(isKnown(label), row !== 7);
    if (!isKnown(label)) continue;
    assert(label >= 0 && label < 15);
    const pair = `${row % 3} ${row % 5}`;
    assertEquals(seen.get(label) ?? pair, pair);
    seen.set(label, pair);
  }
  assertEquals(seen.size, 15);
  assertEquals(
    joiningOf([classesHead("a", 40), classesHead("b", 40)]),
    undefined,
  );
});

Deno.test("the probability of a label is the sum over its combinations", async () => {
  const heads = [classesHead("a", 2), numberHead("n"), classesHead("b", 3)];
  const joining = joiningOf(heads)!;
  const logits = Float32Array.of(1, -2, 0.5, 3, 0, 2, 80, -90, 0, 0, 0, 79);
  const labels = [
    Float64Array.of(0, 1),
    Float64Array.of(5, 6),
    Float64Array.of(2, 0),
  ];
  const number = {
    logits: Float32Array.of(7, 8),
    width: 1,
    labels: labels[1]!,
  };
  const { kernels } = await createArena(() => ({}));
  const [a, n, b] = separateOutputs(
    kernels,
    heads,
    joining,
    [{ logits, width: 6, labels: Float64Array.of(2, 3) }, number],
    labels,
  );
  assertEquals(n, number);
  assertEquals([a!.labels, b!.labels], [labels[0], labels[2]]);
  const softmax = (z: Float32Array) => {
    const exps = Array.from(z, (value) => Math.exp(value - Math.max(...z)));
    const sum = exps.reduce((total, value) => total + value, 0);
    return exps.map((value) => value / sum);
  };
  for (const row of [0, 1]) {
    const joint = softmax(logits.subarray(row * 6, row * 6 + 6));
    const ofA = softmax(a!.logits.subarray(row * 2, row * 2 + 2));
    const ofB = softmax(b!.logits.subarray(row * 3, row * 3 + 3));
    for (const label of [0, 1]) {
      const sum = joint[3 * label]! + joint[3 * label + 1]! +
        joint[3 * label + 2]!;
      assertAlmostEquals(ofA[label]!, sum, 1e-6);
    }
    for (const label of [0, 1, 2]) {
      assertAlmostEquals(ofB[label]!, joint[label]! + joint[3 + label]!, 1e-6);
    }
    assertEquals(
      indexOfLargest(a!.logits.subarray(row * 2, row * 2 + 2)),
      [1, 0][row],
    );
  }
});
