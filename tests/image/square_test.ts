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
import { gradient, paint, type Picture } from "./fixtures.ts";

const SIZE = 12;
const { kernels, views } = await createArena((allocate) => ({
  square: allocateSquare(allocate, SIZE),
  planes: allocate.floats(3 * SIZE * SIZE),
}));

function draw(
  picture: Picture,
  view: Partial<View> = {},
  orientation: Orientation = 1,
  type: "jpeg" | "png" = "png",
): number[] {
  const { width, height } = picture;
  const header = { type, width, height, orientation };
  drawSquare(
    kernels,
    views.square,
    header,
    picture,
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
): Picture {
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

Deno.test("any view of any picture is its area average", () => {
  fc.assert(
    fc.property(
      side,
      side,
      part,
      part,
      fc.integer(),
      fc.boolean(),
      (width, height, across, down, seed, opaque) => {
        const picture = noise(width, height, seed, opaque);
        const view = {
          x: across.start,
          width: across.length,
          y: down.start,
          height: down.length,
        };
        assertNear(draw(picture, view), square(picture, view, SIZE));
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("a very long picture is averaged in parts", () => {
  for (const [width, height] of [[3, 4000], [4000, 3], [1, 7000]] as const) {
    const picture = noise(width, height, 5, false);
    assertNear(draw(picture), square(picture, PLAIN_VIEW, SIZE));
  }
});

Deno.test("a picture in any orientation is drawn as its upright self, in any view", () => {
  const picture = noise(31, 17, 7, true);
  const views = [{}, { x: 0.125, y: 0.25, width: 0.5, height: 0.375 }];
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8] as const) {
    for (const view of views) {
      const expected = square(upright(picture, orientation), {
        ...PLAIN_VIEW,
        ...view,
      }, SIZE);
      assertNear(draw(picture, view, orientation), expected);
    }
  }
});

Deno.test("a flip mirrors the square, whatever the orientation", () => {
  const picture = noise(31, 17, 8, true);
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8] as const) {
    const plain = draw(picture, {}, orientation);
    const mirrored = plain.map((_, i) =>
      plain[i - i % SIZE + SIZE - 1 - i % SIZE]!
    );
    assertEquals(draw(picture, { flip: true }, orientation), mirrored);
  }
});

Deno.test("a constant picture stays constant", () => {
  fc.assert(fc.property(side, side, fc.nat(255), (width, height, value) => {
    const picture = paint(width, height, () => [value, 255 - value, 7, 255]);
    const values = draw(picture);
    const plane = SIZE * SIZE;
    assert(
      values.every((v, i) =>
        v === [value, 255 - value, 7][Math.floor(i / plane)]
      ),
    );
  }));
});

Deno.test("a square of the same size is the picture itself", () => {
  const picture = noise(SIZE, SIZE, 9, true);
  const values = draw(picture);
  for (let i = 0; i < SIZE * SIZE; i++) {
    for (let c = 0; c < 3; c++) {
      assertEquals(values[c * SIZE * SIZE + i], picture.data[i * 4 + c]);
    }
  }
});

Deno.test("the mean is kept where the sides are whole multiples", () => {
  const picture = gradient(5 * SIZE, 3 * SIZE);
  const values = draw(picture).slice(0, SIZE * SIZE);
  const mean = (list: number[]) =>
    list.reduce((sum, v) => sum + v, 0) / list.length;
  const reds = [...picture.data].filter((_, i) => i % 4 === 0);
  assertAlmostEquals(mean(values), mean(reds), 0.5);
});

Deno.test("what is transparent is white, whatever colour it hides", () => {
  const values = draw(paint(40, 30, () => [10, 20, 30, 0]));
  assert(values.every((v) => v === 255));
});

Deno.test("an opaque picture is the same whether or not its type can be transparent", () => {
  const picture = noise(50, 40, 11, true);
  assertEquals(draw(picture, {}, 1, "png"), draw(picture, {}, 1, "jpeg"));
});

Deno.test("gain and offset change the colours, which stay in range", () => {
  const picture = paint(20, 20, () => [100, 200, 40, 255]);
  const values = draw(picture, { gain: [1.5, 2, 1], offset: [0.6, 0, -50] });
  assertEquals(values[0], 151);
  assertEquals(values[SIZE * SIZE], 255);
  assertEquals(values[2 * SIZE * SIZE], 0);
});

Deno.test("what does not fit is refused", () => {
  const picture = gradient(4, 4);
  assertThrows(
    () => draw(picture, { width: 1.5 }),
    RangeError,
    "inside of 0…1",
  );
  const header = { type: "png", width: 4, height: 4, orientation: 1 } as const;
  const short = views.planes.subarray(1);
  assertThrows(
    () => drawSquare(kernels, views.square, header, picture, PLAIN_VIEW, short),
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
