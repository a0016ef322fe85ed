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
import type { NamedExamples } from "../../../src/train/plan.ts";
import { runTraining } from "../../../src/train/run.ts";
import { allRows, patternExamples } from "../../train/examples.ts";

const INPUTS = descriptorLength(PREPROCESSING);

/** Which kind every value is of, one after the other. */
const KINDS = descriptorLayout(PREPROCESSING).flat()
  .flatMap(({ kind, length }) => Array(length).fill(kind));

/** Has methods and getters, as a dataset does. */
class Pictures implements NamedExamples {
  readonly #pictures = patternExamples(
    { inputs: INPUTS, domains: 2, items: 2 },
    3,
    { views: 4 },
  );
  readonly views = 4;
  readonly domains = ["here", "there"];
  readonly items = ["mug", "pen"];
  readonly preprocessing = PREPROCESSING;
  readonly inputs = INPUTS;
  readonly hash = "c0ffee";
  readonly mirror = mirrorOrder(PREPROCESSING);
  readonly viewsRead: number[] = [];

  get length() {
    return this.#pictures.length;
  }

  get parts() {
    return descriptorParts(PREPROCESSING);
  }

  get cells() {
    return descriptorCells(PREPROCESSING);
  }

  domainOf(row: number) {
    return this.#pictures.domainOf(row);
  }

  itemOf(row: number) {
    return this.#pictures.itemOf(row);
  }

  read(row: number, view: number, out: Uint8Array) {
    this.viewsRead.push(view);
    this.#pictures.read(row, view, out);
  }
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
    const pictures = new Pictures();
    const reduced = withoutKind(kind)(pictures);
    assertEquals(reduced.parts, [...parts]);
    assertEquals(reduced.cells, Array(9).fill(parts[0] / 9));
    assertEquals(reduced.length, pictures.length);
    for (const row of [0, 5, 11]) {
      const whole = new Uint8Array(INPUTS);
      pictures.read(row, 3, whole);
      const out = new Uint8Array(reduced.inputs);
      reduced.read(row, 3, out);
      assertEquals(out, whole.filter((_, i) => KINDS[i] !== kind));
      assertEquals(
        Uint8Array.from(reduced.mirror!, (from) => out[from]!),
        Uint8Array.from(pictures.mirror, (from) => whole[from]!)
          .filter((_, i) => KINDS[i] !== kind),
      );
      assertEquals(reduced.itemOf(row), pictures.itemOf(row));
      assertEquals(reduced.domainOf(row), pictures.domainOf(row));
    }
  });
}

Deno.test("without mirror images, all else is as it was", () => {
  const pictures = new Pictures();
  const reduced = withoutMirror(pictures);
  assertEquals(reduced.mirror, undefined);
  const [out, whole] = [new Uint8Array(INPUTS), new Uint8Array(INPUTS)];
  reduced.read(7, 2, out);
  pictures.read(7, 2, whole);
  assertEquals(out, whole);
  assertEquals(reduced.cells, pictures.cells);
});

Deno.test("a run on the first views looks at no other", async () => {
  const seenBy = async (views: number) => {
    const pictures = new Pictures();
    const rows = allRows(pictures.length);
    await runTraining(
      withViews(views)(pictures),
      { train: rows, validation: rows, test: rows },
      {
        hidden: [4],
        optimizer: { name: "sgd", options: {} },
        split: "",
        folds: 0,
        recipe: { ...PLAIN_RECIPE, epochs: 5 },
      },
      undefined,
    );
    return [...new Set(pictures.viewsRead)].sort();
  };
  assertEquals(await seenBy(1), [0]);
  assertEquals(await seenBy(3), [0, 1, 2]);
});
