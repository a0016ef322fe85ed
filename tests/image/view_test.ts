import { assertEquals, assertThrows } from "@std/assert";
import { checkView, orient, PLAIN_VIEW } from "../../src/image/view.ts";

Deno.test("the plain view is the whole image, in its own order", () => {
  checkView(PLAIN_VIEW);
  assertEquals(orient(PLAIN_VIEW, 1, 4), {
    left: 0,
    top: 0,
    right: 1,
    bottom: 1,
    origin: 0,
    rowStep: 4,
    columnStep: 1,
  });
});

Deno.test("a rectangle of the upright image is found in the stored one", () => {
  const view = { ...PLAIN_VIEW, x: 0.125, y: 0.25, width: 0.5, height: 0.25 };
  const rectangles: Record<number, number[]> = { // left, top, right, bottom
    1: [0.125, 0.25, 0.625, 0.5],
    2: [0.375, 0.25, 0.875, 0.5],
    3: [0.375, 0.5, 0.875, 0.75],
    4: [0.125, 0.5, 0.625, 0.75],
    5: [0.25, 0.125, 0.5, 0.625],
    6: [0.25, 0.375, 0.5, 0.875],
    7: [0.5, 0.375, 0.75, 0.875],
    8: [0.5, 0.125, 0.75, 0.625],
  };
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8] as const) {
    const { left, top, right, bottom } = orient(view, orientation, 4);
    assertEquals(
      [left, top, right, bottom],
      rectangles[orientation],
      `${orientation}`,
    );
  }
});

Deno.test("a rectangle that is empty or reaches out of the image is refused", () => {
  const wrong = [
    { x: -0.01 },
    { y: -0.01 },
    { x: 0.5 },
    { y: 0.001 },
    { width: 0 },
    { height: -1 },
    { width: 1.01 },
    { height: NaN },
  ];
  for (const part of wrong) {
    assertThrows(
      () => checkView({ ...PLAIN_VIEW, ...part }),
      RangeError,
      "inside of 0…1",
    );
  }
});

Deno.test("a rectangle may touch the far side by a sum that rounds up", () => {
  checkView({ ...PLAIN_VIEW, x: 0.9, width: 0.1 + 1e-16, y: 0.7, height: 0.3 });
});
