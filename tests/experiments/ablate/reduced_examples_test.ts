import { assertEquals } from "@std/assert";
import {
  descriptorCells,
  descriptorLayout,
  descriptorLength,
  descriptorParts,
  PREPROCESSING,
} from "../../../src/image/descriptor.ts";
import { mirrorOrder } from "../../../src/image/mirror.ts";
import {
  withoutKind,
  withoutMirror,
  withViews,
} from "../../../src/experiments/ablate/reduced_examples.ts";
import { PLAIN_RECIPE } from "../../../src/experiments/compare/recipe.ts";
import type { Examples } from "../../../src/model/examples.ts";
import { runTraining } from "../../../src/train/run.ts";
import { allRows, patternExamples } from "../../train/examples.ts";

const INPUTS = descriptorLength(PREPROCESSING);

/** Which kind every value is of, one after the other. */
const KINDS = descriptorLayout(PREPROCESSING).flat()
  .flatMap(({ kind, length }) => Array(length).fill(kind));

const MIRROR = mirrorOrder(PREPROCESSING);

/** Examples in four views, with the views that were read. */
function watchedExamples(): { examples: Examples; viewsRead: number[] } {
  const plain = patternExamples(
    { inputs: INPUTS, domains: 2, items: 2 },
    3,
    { views: 4 },
  );
  const viewsRead: number[] = [];
  const examples: Examples = {
    ...plain,
    parts: descriptorParts(PREPROCESSING),
    cells: descriptorCells(PREPROCESSING),
    mirror: MIRROR,
    read(row, view, out) {
      viewsRead.push(view);
      plain.read(row, view, out);
    },
  };
  return { examples, viewsRead };
}

for (
  const [kind, parts] of [
    ["single gradients", [9 * 512, 256, 64]],
    ["pairs at radius 4", [9 * 264, 256, 64]],
    ["colours", [4680, 64]],
    ["sharpness", [4680, 256]],
  ] as const
) {
  Deno.test(`without ${kind}, all other values are as they were`, () => {
    const { examples } = watchedExamples();
    const reduced = withoutKind(kind)(examples);
    assertEquals(reduced.parts, [...parts]);
    assertEquals(reduced.cells, Array(9).fill(parts[0] / 9));
    assertEquals(reduced.length, examples.length);
    for (const row of [0, 5, 11]) {
      const whole = new Uint8Array(INPUTS);
      examples.read(row, 3, whole);
      const out = new Uint8Array(reduced.inputs);
      reduced.read(row, 3, out);
      assertEquals(out, whole.filter((_, i) => KINDS[i] !== kind));
      assertEquals(
        Uint8Array.from(reduced.mirror!, (from) => out[from]!),
        Uint8Array.from(MIRROR, (from) => whole[from]!)
          .filter((_, i) => KINDS[i] !== kind),
      );
      for (const head of [0, 1]) {
        assertEquals(reduced.labelOf(row, head), examples.labelOf(row, head));
      }
    }
  });
}

Deno.test("without mirror images, all else is as it was", () => {
  const { examples } = watchedExamples();
  const reduced = withoutMirror(examples);
  assertEquals(reduced.mirror, undefined);
  const [out, whole] = [new Uint8Array(INPUTS), new Uint8Array(INPUTS)];
  reduced.read(7, 2, out);
  examples.read(7, 2, whole);
  assertEquals(out, whole);
  assertEquals(reduced.cells, examples.cells);
});

Deno.test("a run on the first views looks at no other", async () => {
  const seenBy = async (views: number) => {
    const { examples, viewsRead } = watchedExamples();
    const rows = allRows(examples.length);
    await runTraining(
      withViews(views)(examples),
      { train: rows, validation: rows, test: rows },
      {
        hidden: [4],
        optimizer: { name: "sgd", options: {} },
        headWeights: {},
        split: "",
        folds: 0,
        recipe: { ...PLAIN_RECIPE, epochs: 5 },
      },
      undefined,
    );
    return [...new Set(viewsRead)].sort();
  };
  assertEquals(await seenBy(1), [0]);
  assertEquals(await seenBy(3), [0, 1, 2]);
});
