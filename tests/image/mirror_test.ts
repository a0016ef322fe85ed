import { assert, assertEquals } from "@std/assert";
import {
  allocateDescriber,
  describe,
  descriptorLength,
  PREPROCESSING,
  type Preprocessing,
} from "../../src/image/descriptor.ts";
import { mirrorOrder } from "../../src/image/mirror.ts";
import { PLAIN_VIEW } from "../../src/image/view.ts";
import { createArena } from "../../src/kernels/arena.ts";
import { gradient, type PlainImage, WHEEL } from "./fixtures.ts";

const OTHER: Preprocessing = {
  ...PREPROCESSING,
  size: 48,
  radii: [3, 1, 2],
  cells: 4,
  grid: 2,
  colorLevels: 2,
  colorGrid: 3,
  sharpnessGrid: 4,
  sharpnessLevels: 5,
};

/** Descriptors of an image and of its mirror image. */
async function bothOf(image: PlainImage, preprocessing: Preprocessing) {
  const { kernels, views } = await createArena((allocate) =>
    allocateDescriber(allocate, preprocessing)
  );
  const { width, height } = image;
  const header = { type: "png", width, height, orientation: 1 } as const;
  const of = (flip: boolean) => {
    const out = new Uint8Array(descriptorLength(preprocessing));
    const view = { ...PLAIN_VIEW, flip };
    describe(kernels, views, preprocessing, header, image, view, out);
    return out;
  };
  return { plain: of(false), flipped: of(true) };
}

/** Whether each value counts pairs along a row, which may lie in two cells. */
function alongRows({ radii, grid }: Preprocessing, length: number): boolean[] {
  const table = (along: boolean) => Array<boolean>(64).fill(along);
  const cell = [
    ...Array<boolean>(8).fill(false),
    ...radii.flatMap(() => [true, false, false, false].flatMap(table)),
  ];
  const cells = Array.from({ length: grid ** 2 }, () => cell).flat();
  return Array.from({ length }, (_, i) => cells[i] ?? false);
}

for (const preprocessing of [PREPROCESSING, OTHER]) {
  const name = `${preprocessing.size} pixels`;

  Deno.test(`a mirrored descriptor is that of the mirrored image (${name})`, async () => {
    const order = mirrorOrder(preprocessing);
    const along = alongRows(preprocessing, order.length);
    for (const image of [WHEEL, gradient(300, 200)]) {
      const { plain, flipped } = await bothOf(image, preprocessing);
      const difference = (a: Uint8Array, counted: boolean) =>
        flipped.reduce(
          (sum, value, i) =>
            along[i] === counted ? sum + Math.abs(value - a[i]!) : sum,
          0,
        );
      const mirrored = Uint8Array.from(order, (from) => plain[from]!);
      flipped.forEach((value, i) => {
        // Sums are taken in another order, so that a value may be rounded the other way.
        if (!along[i]) assert(Math.abs(value - mirrored[i]!) <= 1, `${i}`);
      });
      assert(difference(plain, false) > 50 * difference(mirrored, false));
      assert(difference(plain, true) > 3 * difference(mirrored, true));
    }
  });

  Deno.test(`mirrored twice, a descriptor is as it was (${name})`, () => {
    const order = mirrorOrder(preprocessing);
    assertEquals(order.length, descriptorLength(preprocessing));
    assertEquals(order.map((from) => order[from]!), order.map((_, i) => i));
    assert(order.some((from, i) => from !== i));
  });
}
