import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import type { Orientation } from "../../src/image/header.ts";
import { allocateSquare, drawSquare } from "../../src/image/square.ts";
import { PLAIN_VIEW, type View } from "../../src/image/view.ts";
import { createArena } from "../../src/kernels/arena.ts";
import { square, upright } from "../reference/image.ts";
import { gradient, paint, type PlainImage } from "./fixtures.ts";

const SIZE = 12;
const { kernels, views } = await createArena((allocate) => ({
  square: allocateSquare(allocate, SIZE),
  planes: allocate.floats(3 * SIZE * SIZE),
}));

function draw(
  image: PlainImage,
  view: Partial<View> = {},
  orientation: Orientation = 1,
  type: "jpeg" | "png" = "png",
): number[] {
  const { width, height } = image;
  const header = { type, width, height, orientation };
  drawSquare(
    kernels,
    views.square,
    header,
    image,
    { ...PLAIN_VIEW, ...view },
    views.planes,
  );
  return [...views.planes];
}

/** The values are whole numbers, and within rounding of what they should be. */
function assertNear(
  actual: readonly number[],
  expected: readonly number[],
): void {
  assertEquals(actual.length, expected.length);
  for (const [i, value] of actual.entries()) {
    assertEquals(value, Math.round(value));
    assertAlmostEquals(value, expected[i]!, 0.5 + 2e-4, `value ${i}`);
  }
}

/** Different in every pixel, without a pattern. */
function noise(
  width: number,
  height: number,
  seed: number,
  opaque: boolean,
): PlainImage {
  let state = seed;
  const next = () => (state = Math.imul(state, 1103515245) + 12345 | 0) >>> 24;
  return paint(
    width,
    height,
    () => [next(), next(), next(), opaque ? 255 : next()],
  );
}

const side = fc.oneof(
  fc.integer({ min: 1, max: 70 }),
  fc.constantFrom(1, 11, 12, 24, 300, 1030),
);
const part = fc.tuple(
  fc.double({ min: 0, max: 0.9, noNaN: true }),
  fc.double({ min: 0.02, max: 1, noNaN: true }),
)
  .map(([start, length]) => ({ start, length: Math.min(length, 1 - start) }));

Deno.test("any view of any image is its area average", () => {
  fc.assert(
    fc.property(
      side,
      side,
      part,
      part,
      fc.integer(),
      fc.boolean(),
      (width, height, across, down, seed, opaque) => {
        const image = noise(width, height, seed, opaque);
        const view = {
          x: across.start,
          width: across.length,
          y: down.start,
          height: down.length,
        };
        assertNear(draw(image, view), square(image, view, SIZE));
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("a very long image is averaged in parts", () => {
  for (const [width, height] of [[3, 4000], [4000, 3], [1, 7000]] as const) {
    const image = noise(width, height, 5, false);
    assertNear(draw(image), square(image, PLAIN_VIEW, SIZE));
  }
});

Deno.test("an image in any orientation is drawn as its upright self, in any view", () => {
  const image = noise(31, 17, 7, true);
  const views = [{}, { x: 0.125, y: 0.25, width: 0.5, height: 0.375 }];
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8] as const) {
    for (const view of views) {
      const expected = square(upright(image, orientation), {
        ...PLAIN_VIEW,
        ...view,
      }, SIZE);
      assertNear(draw(image, view, orientation), expected);
    }
  }
});

Deno.test("a flip mirrors the square, whatever the orientation", () => {
  const image = noise(31, 17, 8, true);
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8] as const) {
    const plain = draw(image, {}, orientation);
    const mirrored = plain.map((_, i) =>
      plain[i - i % SIZE + SIZE - 1 - i % SIZE]!
    );
    assertEquals(draw(image, { flip: true }, orientation), mirrored);
  }
});

Deno.test("a constant image stays constant", () => {
  fc.assert(fc.property(side, side, fc.nat(255), (width, height, value) => {
    const image = paint(width, height, () => [value, 255 - value, 7, 255]);
    const values = draw(image);
    const plane = SIZE * SIZE;
    assert(
      values.every((v, i) =>
        v === [value, 255 - value, 7][Math.floor(i / plane)]
      ),
    );
  }));
});

Deno.test("a square of the same size is the image itself", () => {
  const image = noise(SIZE, SIZE, 9, true);
  const values = draw(image);
  for (let i = 0; i < SIZE * SIZE; i++) {
    for (let c = 0; c < 3; c++) {
      assertEquals(values[c * SIZE * SIZE + i], image.data[i * 4 + c]);
    }
  }
});

Deno.test("the mean is kept where the sides are whole multiples", () => {
  const image = gradient(5 * SIZE, 3 * SIZE);
  const values = draw(image).slice(0, SIZE * SIZE);
  const mean = (list: number[]) =>
    list.reduce((sum, v) => sum + v, 0) / list.length;
  const reds = [...image.data].filter((_, i) => i % 4 === 0);
  assertAlmostEquals(mean(values), mean(reds), 0.5);
});

Deno.test("what is transparent is white, whatever colour it hides", () => {
  const values = draw(paint(40, 30, () => [10, 20, 30, 0]));
  assert(values.every((v) => v === 255));
});

Deno.test("an opaque image is the same whether or not its type can be transparent", () => {
  const image = noise(50, 40, 11, true);
  assertEquals(draw(image, {}, 1, "png"), draw(image, {}, 1, "jpeg"));
});

Deno.test("gain and offset change the colours, which stay in range", () => {
  const image = paint(20, 20, () => [100, 200, 40, 255]);
  const values = draw(image, { gain: [1.5, 2, 1], offset: [0.6, 0, -50] });
  assertEquals(values[0], 151);
  assertEquals(values[SIZE * SIZE], 255);
  assertEquals(values[2 * SIZE * SIZE], 0);
});

Deno.test("what does not fit is refused", () => {
  const image = gradient(4, 4);
  assertThrows(
    () => draw(image, { width: 1.5 }),
    RangeError,
    "inside of 0…1",
  );
  const header = { type: "png", width: 4, height: 4, orientation: 1 } as const;
  const short = views.planes.subarray(1);
  assertThrows(
    () => drawSquare(kernels, views.square, header, image, PLAIN_VIEW, short),
    RangeError,
    "expected room for 432 values, got 431",
  );
  const nothing = () => new Float32Array();
  const allocate = {
    floats: nothing,
    doubles: () => new Float64Array(),
    ints: () => new Int32Array(),
    bytes: () => new Uint8Array(),
  };
  for (const size of [0, 10, 4.5, -4]) {
    assertThrows(
      () => allocateSquare(allocate, size),
      RangeError,
      "multiple of 4",
    );
  }
});
