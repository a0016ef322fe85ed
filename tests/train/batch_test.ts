import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import { createArena } from "../../src/kernels/arena.ts";
import type { Standardization } from "../../src/model/state.ts";
import { Random } from "../../src/nn/prng.ts";
import { adam } from "../../src/optim/adam.ts";
import {
  dropCells,
  fillBatch,
  mirrorBatch,
  mixBatch,
  symmetricBeta,
} from "../../src/train/batch.ts";
import { createTrainer } from "../../src/train/trainer.ts";
import { measureStandardization } from "../../src/train/standardize.ts";
import { twoHeads } from "../heads/specs.ts";
import { allRows, patternExamples } from "./examples.ts";

const PATTERNS = { inputs: 10, domains: 2, items: 3 };
const SIZES = { inputs: 10, hidden: [], heads: twoHeads(2, 3) };

Deno.test("a batch holds the standardized views asked for, with their labels", async () => {
  const examples = patternExamples(PATTERNS, 2);
  const trainer = await createTrainer(SIZES, adam(), 4);
  measureStandardization(
    examples,
    allRows(examples.length),
    [SIZES.inputs],
    trainer.standardization,
  );
  const { mean, inverseDeviation } = trainer.standardization;
  fillBatch(trainer, examples, [5, 0, 11], [1, 0, 1]);
  const descriptor = new Uint8Array(SIZES.inputs);
  [[5, 1], [0, 0], [11, 1]].forEach(([row, view], b) => {
    examples.read(row!, view!, descriptor);
    const { activations, labels } = trainer.workspace;
    descriptor.forEach((value, i) => {
      const expected = (value - mean[i]!) * inverseDeviation[i]!;
      assertAlmostEquals(
        activations.inputs[b * activations.inputStride + i]!,
        expected,
        1e-5,
      );
    });
    labels.heads.forEach(({ label }, head) =>
      assertEquals(label[b], examples.labelOf(row!, head))
    );
    assertEquals(labels.share[b], 1);
  });
});

Deno.test("standardized descriptors have mean 0 up to a rounded one, and deviation 1 over each part", async () => {
  const examples = patternExamples(PATTERNS, 20, { views: 1 });
  const scaled = {
    ...examples,
    read(row: number, view: number, out: Uint8Array) {
      examples.read(row, view, out);
      out[1] = 77;
      for (let i = 6; i < out.length; i++) out[i] = out[i]! / 10;
    },
  };
  const trainer = await createTrainer(SIZES, adam(), examples.length);
  const rows = allRows(examples.length);
  measureStandardization(scaled, rows, [6, 4], trainer.standardization);
  fillBatch(trainer, scaled, rows, new Uint8Array(rows.length));
  const { inputs, inputStride } = trainer.workspace.activations;
  const { mean: rounded, inverseDeviation } = trainer.standardization;
  const variances = Array.from({ length: SIZES.inputs }, (_, i) => {
    const column = Array.from(rows, (b) => inputs[b * inputStride + i]!);
    const mean = column.reduce((sum, value) => sum + value, 0) / rows.length;
    assert(Number.isInteger(rounded[i]));
    assertAlmostEquals(mean, 0, 0.5 * inverseDeviation[i]! + 1e-5);
    return column.reduce((sum, value) => sum + (value - mean) ** 2, 0) /
      rows.length;
  });
  const average = (part: number[]) =>
    part.reduce((sum, value) => sum + value, 0) / part.length;
  assertAlmostEquals(variances[1]!, 0, 1e-9);
  assertAlmostEquals(average(variances.slice(0, 6)), 1, 1e-4);
  assertAlmostEquals(average(variances.slice(6)), 1, 1e-4);
});

/** Its own inverse, within each of two parts. */
const MIRROR = Uint32Array.from([2, 1, 0, 4, 3, 5, 9, 8, 7, 6]);

Deno.test("a mirrored batch is that of the mirrored descriptors", async () => {
  const examples = { ...patternExamples(PATTERNS, 2), mirror: MIRROR };
  const flipped = {
    ...examples,
    read(row: number, view: number, out: Uint8Array) {
      const descriptor = new Uint8Array(SIZES.inputs);
      examples.read(row, view, descriptor);
      MIRROR.forEach((from, to) => out[to] = descriptor[from]!);
    },
  };
  const trainer = await createTrainer(SIZES, adam(), 6, 1, 2);
  const rows = allRows(examples.length);
  measureStandardization(examples, rows, [6, 4], trainer.standardization);
  const { inputs, inputStride } = trainer.workspace.activations;
  const filled = (examples: Parameters<typeof fillBatch>[1]) => {
    fillBatch(trainer, examples, [5, 0, 11], [1, 0, 1]);
    mirrorBatch(trainer.workspace, examples, 3);
    return inputs.slice(0, 6 * inputStride);
  };
  const batch = filled(examples);
  const half = 3 * inputStride;
  const swapped = [...batch.slice(half), ...batch.slice(0, half)];
  assertEquals([...filled(flipped)], swapped);
  assert(batch.some((value, i) => value !== swapped[i]));
});

Deno.test("means and deviations over mirror images too are those of all descriptors both ways", async () => {
  const examples = patternExamples(PATTERNS, 20, { views: 1 });
  const both = {
    ...examples,
    length: 2 * examples.length,
    read(row: number, view: number, out: Uint8Array) {
      const descriptor = new Uint8Array(SIZES.inputs);
      examples.read(row % examples.length, view, descriptor);
      const isMirrored = row >= examples.length;
      MIRROR.forEach((from, to) =>
        out[to] = descriptor[isMirrored ? from : to]!
      );
    },
  };
  const [measured, expected] = [
    await createTrainer(SIZES, adam(), 1),
    await createTrainer(SIZES, adam(), 1),
  ].map(({ standardization }) => standardization) as [
    Standardization,
    Standardization,
  ];
  const mirrored = { ...examples, mirror: MIRROR };
  measureStandardization(mirrored, allRows(examples.length), [6, 4], measured);
  measureStandardization(both, allRows(both.length), [6, 4], expected);
  assertEquals(measured, expected);
});

Deno.test("a workspace for another number of rows per example is refused", async () => {
  const examples = patternExamples(PATTERNS, 2);
  const trainer = await createTrainer(SIZES, adam(), 4);
  assertThrows(
    () => mirrorBatch(trainer.workspace, { ...examples, mirror: MIRROR }, 3),
    TypeError,
    "expected room for 2 rows per example, got 1",
  );
});

Deno.test("mixup mixes every row with the next one, inputs and labels alike", async () => {
  const examples = patternExamples(PATTERNS, 2);
  const trainer = await createTrainer(SIZES, adam(), 5);
  const rows = [1, 4, 7, 2, 9];
  fillBatch(trainer, examples, rows, [0, 0, 0, 0, 0]);
  const { inputs, inputStride } = trainer.workspace.activations;
  const plain = inputs.slice();
  mixBatch(trainer.kernels, trainer.workspace, 5, 0.4, Random.fromSeed(1));
  const { heads, share } = trainer.workspace.labels;
  for (let b = 0; b < 5; b++) {
    const next = (b + 1) % 5;
    for (let i = 0; i < SIZES.inputs; i++) {
      const expected = share[b]! * plain[b * inputStride + i]! +
        (1 - share[b]!) * plain[next * inputStride + i]!;
      assertAlmostEquals(inputs[b * inputStride + i]!, expected, 1e-4);
    }
    heads.forEach(({ label, other }, head) => {
      assertEquals(other[b], examples.labelOf(rows[next]!, head));
      assertEquals(label[b], examples.labelOf(rows[b]!, head));
    });
  }
});

Deno.test("mixing shares follow Beta(α, α): mean 1/2, variance 1 / (4 (2α + 1))", async () => {
  const { kernels } = await createArena(() => null);
  for (const alpha of [0.2, 0.4, 1]) {
    const random = Random.fromSeed(3);
    const draws = Array.from(
      { length: 20000 },
      () => symmetricBeta(kernels, alpha, random),
    );
    assert(draws.every((share) => share >= 0 && share <= 1));
    const mean = draws.reduce((sum, share) => sum + share, 0) / draws.length;
    const variance = draws.reduce((sum, share) =>
      sum + (share - mean) ** 2, 0) / draws.length;
    assertAlmostEquals(mean, 0.5, 0.01);
    assertAlmostEquals(variance, 1 / (4 * (2 * alpha + 1)), 0.004);
  }
});

Deno.test("cells are dropped whole, each as often as asked, and what follows them is not", async () => {
  const trainer = await createTrainer(SIZES, adam(), 500);
  const { workspace } = trainer;
  const { inputs, inputStride } = workspace.activations;
  const cells = [3, 5];
  const counts = [0, 0, 0];
  inputs.fill(1);
  dropCells(workspace, cells, 400, 0.25, Random.fromSeed(3, "cells"));
  for (let b = 0; b < 500; b++) {
    const row = inputs.subarray(b * inputStride, b * inputStride + 10);
    [[0, 3], [3, 8], [8, 10]].forEach(([start, end], cell) => {
      const sum = row.subarray(start, end).reduce((a, x) => a + x, 0);
      if (sum === 0) counts[cell]!++;
      else assertEquals(sum, end! - start!);
    });
  }
  // 400 draws with probability 1/4: five standard deviations are 43.
  for (const count of counts.slice(0, 2)) assertAlmostEquals(count, 100, 43);
  assertEquals(counts[2], 0);
});
