import {
  assert,
  assertEquals,
  assertLess,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import {
  allocateDescriber,
  describe,
  descriptorLayout,
  descriptorLength,
  descriptorParts,
  PREPROCESSING,
  type Preprocessing,
} from "../../src/image/descriptor.ts";
import { decodeImage } from "../../src/image/decode.ts";
import { PLAIN_VIEW, type View } from "../../src/image/view.ts";
import { createArena } from "../../src/kernels/arena.ts";
import { descriptor } from "../reference/descriptor.ts";
import { shared } from "../shared.ts";
import { gradient, paint, type PlainImage, WHEEL } from "./fixtures.ts";

async function describer(preprocessing: Preprocessing) {
  const { kernels, views } = await createArena((a) =>
    allocateDescriber(a, preprocessing)
  );
  const length = descriptorLength(preprocessing);
  return {
    /** The descriptor of an image, and the square that it was made from. */
    of(image: PlainImage, view: View = PLAIN_VIEW) {
      const { width, height } = image;
      const header = { type: "png", width, height, orientation: 1 } as const;
      const bytes = new Uint8Array(length);
      describe(kernels, views, preprocessing, header, image, view, bytes);
      return {
        bytes,
        square: { size: preprocessing.size, planes: views.planes.slice() },
      };
    },
  };
}

/** One level apart at most, and that only where the exact value is next to a rounding border. */
function assertAgrees(bytes: Uint8Array, exact: readonly number[]): void {
  assertEquals(bytes.length, exact.length);
  for (const [i, value] of exact.entries()) {
    const border = Math.abs(value - Math.floor(value) - 0.5);
    if (bytes[i] === Math.floor(value + 0.5)) continue;
    assert(
      border < 1e-3 && Math.abs(bytes[i]! - value) < 0.51,
      `value ${i}: ${value}, ${bytes[i]}`,
    );
  }
}

const SMALL: Preprocessing = {
  ...PREPROCESSING,
  size: 24,
  radii: [2],
  cells: 4,
  grid: 2,
  colorLevels: 3,
  colorGrid: 2,
};

Deno.test("a descriptor agrees with its slow twin, for any sizes", async () => {
  const sizes = [
    PREPROCESSING,
    {
      ...PREPROCESSING,
      size: 32,
      radii: [3, 1, 2],
      cells: 8,
      grid: 4,
      colorLevels: 2,
    },
    {
      ...PREPROCESSING,
      size: 36,
      radii: [],
      cells: 3,
      grid: 3,
      colorGrid: 1,
      sharpnessGrid: 3,
      sharpnessLevels: 4,
    },
  ];
  for (const preprocessing of sizes) {
    const { of } = await describer(preprocessing);
    for (const image of [WHEEL, gradient(300, 200)]) {
      const { bytes, square } = of(image);
      assertAgrees(bytes, descriptor(square, preprocessing));
    }
  }
});

const PHOTOS = [
  "amazon/mug/frame_0001.jpg",
  "dslr/mug/frame_0001.jpg",
  "webcam/mug/frame_0001.jpg",
];

Deno.test({
  name: "a photo's descriptor agrees with its slow twin",
  ignore: shared("office31") === undefined,
  async fn() {
    const { of } = await describer(PREPROCESSING);
    for (const photo of PHOTOS) {
      const { pixels } = await decodeImage(
        await Deno.readFile(shared(`office31/${photo}`)!),
      );
      const data = new Uint8ClampedArray(pixels.data);
      const { bytes, square } = of({
        width: pixels.width,
        height: pixels.height,
        data,
      });
      assertAgrees(bytes, descriptor(square, PREPROCESSING));
    }
  },
});

Deno.test("a flat image has no gradients, and one colour and one sharpness in every cell", async () => {
  const { of } = await describer(PREPROCESSING);
  const { bytes } = of(paint(50, 50, () => [255, 0, 255, 255]));
  const [gradients, colors, sharpness] = descriptorParts(PREPROCESSING);
  const expected = new Uint8Array(gradients + colors + sharpness);
  for (let cell = 0; cell < 4; cell++) {
    expected[gradients + cell * 64 + 3 * 16 + 3] = 192;
    expected[gradients + colors + cell * 16] = 192;
  }
  assertEquals(bytes, expected);
});

Deno.test("an image is described the same after any other", async () => {
  const { of } = await describer(PREPROCESSING);
  const { bytes } = of(WHEEL);
  of(gradient(31, 77), { ...PLAIN_VIEW, flip: true, x: 0.25, width: 0.5 });
  assertEquals(of(WHEEL).bytes, bytes);
});

Deno.test("gradients do not depend on the contrast, sharpness does", async () => {
  const { of } = await describer(PREPROCESSING);
  const half = {
    ...PLAIN_VIEW,
    gain: [0.5, 0.5, 0.5],
    offset: [60, 60, 60],
  } as const;
  const [full, faint] = [of(WHEEL).bytes, of(WHEEL, half).bytes];
  const [gradients, , sharpness] = descriptorParts(PREPROCESSING);
  let difference = 0;
  for (let i = 0; i < gradients; i++) {
    difference += Math.abs(full[i]! - faint[i]!);
  }
  assertLess(difference / gradients, 1); // of some 20 on the average: rounding of the square
  const meanLevel = (bytes: Uint8Array) => {
    const shares = Array.from(bytes.slice(-sharpness), (byte) => byte ** 2);
    const total = shares.reduce((sum, share) => sum + share, 0);
    return shares.reduce((sum, share, i) => sum + share * (i % 16), 0) / total;
  };
  // Half the contrast is an octave less, two levels; near 0 the levels are coarser.
  assertLess(meanLevel(faint) + 1, meanLevel(full));
});

Deno.test("the length of a descriptor follows from its preprocessing", () => {
  assertEquals(
    descriptorLength(PREPROCESSING),
    9 * (8 + 2 * 4 * 64) + 4 * 64 + 4 * 16,
  );
  assertEquals(descriptorLength(SMALL), 4 * (8 + 4 * 64) + 4 * 27 + 4 * 16);
  assertEquals(descriptorParts(PREPROCESSING), [4680, 256, 64]);
});

Deno.test("the layout tells which values are of which kind", async () => {
  const byKind = async (radii: number[]) => {
    const preprocessing = { ...PREPROCESSING, radii };
    const { of } = await describer(preprocessing);
    const { bytes } = of(WHEEL);
    const kinds: Record<string, number[]> = {};
    let start = 0;
    for (const { kind, length } of descriptorLayout(preprocessing).flat()) {
      (kinds[kind] ??= []).push(...bytes.subarray(start, start += length));
    }
    assertEquals(start, bytes.length);
    return kinds;
  };
  // Whatever their order in a descriptor, the values of a kind are the same.
  const kinds = await byKind([1, 4]);
  assertEquals(await byKind([4, 1]), kinds);
  assertNotEquals(kinds["pairs at radius 1"], kinds["pairs at radius 4"]);
  assertEquals(
    Object.entries(kinds).map(([kind, { length }]) => [kind, length]),
    [
      ["single gradients", 9 * 8],
      ["pairs at radius 1", 9 * 256],
      ["pairs at radius 4", 9 * 256],
      ["colours", 256],
      ["sharpness", 64],
    ],
  );
});

Deno.test("a preprocessing that is not known is refused", () => {
  const wrong: Partial<Preprocessing>[] = [
    { name: "hog-1" },
    { size: 90 },
    { radii: [0] },
    { radii: [96] },
    { cells: 7 },
    { grid: 1 },
    { colorLevels: 1 },
    { colorGrid: 5 },
    { gradientScale: 0 },
    { colorScale: NaN },
    { sharpnessLevels: 0 },
    { sharpnessGrid: 5 },
    { sharpnessGrid: 16 }, // cells of 6 pixels: kernels work on fours
    { sharpnessLevels: 3, sharpnessGrid: 1 },
    { sharpnessScale: -1 },
    { colorLevels: 3, colorGrid: 1 }, // kernels work on fours
    { size: 96_000 },
    { radii: Array(17).fill(1) },
    { radii: "14" as unknown as number[] },
    { gradientScale: Infinity },
  ];
  for (const part of wrong) {
    const preprocessing = { ...PREPROCESSING, ...part };
    assertThrows(
      () => descriptorLength(preprocessing),
      RangeError,
      "gradient-pairs-2",
    );
  }
});

Deno.test("an output of another length is refused", async () => {
  const { kernels, views } = await createArena((a) =>
    allocateDescriber(a, SMALL)
  );
  const header = {
    type: "png",
    width: 120,
    height: 96,
    orientation: 1,
  } as const;
  const out = new Uint8Array(7);
  assertThrows(
    () => describe(kernels, views, SMALL, header, WHEEL, PLAIN_VIEW, out),
    RangeError,
    "expected room for 1228 values, got 7",
  );
});
