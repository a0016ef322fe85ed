import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  box,
  curve,
  cut,
  disc,
  line,
  outline,
  oval,
  placed,
  polygon,
  type Shape,
  turnOf,
  within,
} from "../../src/sketches/shapes.ts";

const COORDINATE = fc.integer({ min: -200, max: 200 }).map((n) => n / 100);
const SHAPES: Record<string, Shape> = {
  box: box(0.1, -0.2, 1.2, 0.8, 0.1),
  disc: disc(0.2, 0.1, 0.6),
  oval: oval(-0.1, 0.2, 0.9, 0.4),
  line: line([[-0.8, -0.5], [0.2, 0.4], [0.9, 0.1]], 0.2),
  polygon: polygon([[-0.7, -0.6], [0.8, -0.3], [0.1, 0.1], [0.4, 0.9]], 0.05),
  outline: outline(disc(0, 0, 0.7), 0.2),
  cut: cut(disc(0, 0, 0.8), box(0.5, 0, 1, 1)),
  within: within(box(0, 0, 1, 1), disc(0.3, 0, 0.6)),
  placed: placed(box(0.3, 0, 0.8, 0.4), 0.2, -0.3, 1.5, 0.4),
};

for (const [name, shape] of Object.entries(SHAPES)) {
  Deno.test(`no point outside its bounds is in a ${name}`, () => {
    const [left, top, right, bottom] = shape.bounds;
    fc.assert(fc.property(COORDINATE, COORDINATE, (x, y) => {
      const outside = x < left || x > right || y < top || y > bottom;
      assert(!outside || shape.distance(x, y) > -1e-9);
    }));
  });

  Deno.test(`the distance to a ${name} changes sign where its middle ends`, () => {
    const [left, top, right, bottom] = shape.bounds;
    assert(shape.distance(left - 0.1, (top + bottom) / 2) > 0);
    assert(shape.distance(right + 0.1, (top + bottom) / 2) > 0);
    assert(shape.distance((left + right) / 2, top - 0.1) > 0);
    assert(shape.distance((left + right) / 2, bottom + 0.1) > 0);
  });
}

Deno.test("a box's distance is the one to its nearest edge or corner", () => {
  const shape = box(0, 0, 2, 1);
  assertEquals(shape.distance(0, 0), -0.5);
  assertEquals(shape.distance(3, 0), 2);
  assertEquals(shape.distance(4, 4.5), 5);
});

Deno.test("a rounded box is a disc at its corner", () => {
  const corner = disc(0.7, 0.2, 0.3);
  const shape = box(0, 0, 2, 1, 0.3);
  assertAlmostEquals(
    shape.distance(1.2, 0.9),
    corner.distance(1.2, 0.9),
    1e-12,
  );
});

Deno.test("a square polygon and a square box have the same distances", () => {
  const square = polygon([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]);
  const same = box(0, 0, 1, 1);
  fc.assert(fc.property(COORDINATE, COORDINATE, (x, y) => {
    assertAlmostEquals(square.distance(x, y), same.distance(x, y), 1e-9);
  }));
});

Deno.test("an oval's distance is exact along its axes near the edge, and inside in the middle", () => {
  const shape = oval(0, 0, 2, 1);
  assertEquals(shape.distance(2, 0), 0);
  assertEquals(shape.distance(0, -1), 0);
  assertAlmostEquals(shape.distance(2.5, 0), 0.5, 1e-12);
  assertEquals(shape.distance(0, 0), -1);
});

Deno.test("a polyline of one repeated point is a dot", () => {
  assertEquals(line([[1, 1], [1, 1]], 2).distance(4, 5), 4);
});

Deno.test("a turn is a rotation: t = 1 is a quarter, clockwise on the screen", () => {
  assertEquals(turnOf(1), { cos: 0, sin: 1 });
  const shape = placed(box(1, 0, 1, 0.2), 0, 0, 1, 1);
  assert(shape.distance(0, 1) < 0);
  assert(shape.distance(1, 0) > 0);
});

Deno.test("a curve begins and ends at its outer control points", () => {
  const points = curve([0, 0], [1, 0], [1, 1], [2, 3], 4);
  assertEquals(points.length, 5);
  assertEquals(points[0], [0, 0]);
  assertEquals(points[4], [2, 3]);
  assertEquals(points[2], [1, 0.75]);
});
