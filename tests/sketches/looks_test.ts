// What is said of a scene, against what can be measured in its image.

import { assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Random } from "../../src/nn/prng.ts";
import type { Canvas } from "../../src/sketches/canvas.ts";
import { BLACK, fill } from "../../src/sketches/layers.ts";
import { amazon, dslr } from "../../src/sketches/looks.ts";
import { box } from "../../src/sketches/shapes.ts";

const SIZE = 128;
const SEED = fc.nat();

/** A bar that would lie level if it were not turned. */
const BAR = [fill(box(0, 0, 1.6, 0.06), BLACK)];

/** Brightness of a pixel. */
function brightness({ data }: Canvas, pixel: number): number {
  return (data[3 * pixel]! + data[3 * pixel + 1]! + data[3 * pixel + 2]!) / 3;
}

/** The slope of the line through all dark pixels, by least squares. */
function slopeOf(canvas: Canvas): number {
  let [count, sumX, sumY, sumXX, sumXY] = [0, 0, 0, 0, 0];
  for (let pixel = 0; pixel < SIZE * SIZE; pixel++) {
    if (brightness(canvas, pixel) > 100) continue;
    const [x, y] = [pixel % SIZE, Math.floor(pixel / SIZE)];
    count++;
    sumX += x;
    sumY += y;
    sumXX += x * x;
    sumXY += x * y;
  }
  return (count * sumXY - sumX * sumY) / (count * sumXX - sumX * sumX);
}

Deno.test("an item is turned as far as its pose says", () => {
  fc.assert(
    fc.property(SEED, (seed) => {
      const scene = amazon(SIZE, BAR, Random.fromSeed(seed, "look"));
      const { a, c } = scene.pose;
      assertAlmostEquals(slopeOf(scene.paint()), c / a, 0.015);
    }),
    { numRuns: 40 },
  );
});

Deno.test("a product shot has grey around the item where it is shaded, and else none", () => {
  fc.assert(
    fc.property(SEED, (seed) => {
      const scene = amazon(SIZE, BAR, Random.fromSeed(seed, "look"));
      const plain = amazon(SIZE, [], Random.fromSeed(seed, "look")).paint();
      const canvas = scene.paint();
      const { a, b, c, d, e, f } = scene.pose;
      const below = Array.from({ length: 9 }, (_, n) => {
        const [x, y] = [-0.6 + 0.15 * n, 0.1];
        const column = Math.floor(a * x + b * y + e);
        return Math.floor(c * x + d * y + f) * SIZE + column;
      });
      const darker = below.some((pixel) =>
        brightness(canvas, pixel) < brightness(plain, pixel) - 0.5
      );
      assertEquals(darker, scene.shaded);
    }),
    { numRuns: 40 },
  );
});

Deno.test("on a desk every item casts a shadow", () => {
  fc.assert(
    fc.property(
      SEED,
      (seed) =>
        assertEquals(
          dslr(SIZE, [], Random.fromSeed(seed, "look")).shaded,
          true,
        ),
    ),
    { numRuns: 20 },
  );
});
