/**
 * Parts that several drawings share.
 *
 * @module
 */

import { type Colour, darker, fill, type Layer, lighter } from "./layers.ts";
import { box, polygon } from "./shapes.ts";

/** 0, 1, … count − 1. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** A block seen from the front, a little from the right and above, by its front's middle and sides. */
export function cuboid(
  cx: number,
  cy: number,
  width: number,
  height: number,
  right: number,
  up: number,
  colour: Colour,
): Layer[] {
  const [x0, x1] = [cx - width / 2, cx + width / 2];
  const [y0, y1] = [cy - height / 2, cy + height / 2];
  return [
    fill(
      polygon([[x0, y0], [x0 + right, y0 - up], [x1 + right, y0 - up], [
        x1,
        y0,
      ]]),
      lighter(colour),
    ),
    fill(
      polygon([[x1, y0], [x1 + right, y0 - up], [x1 + right, y1 - up], [
        x1,
        y1,
      ]]),
      darker(colour),
    ),
    fill(box(cx, cy, width, height), colour),
  ];
}

/** Keys in rows and columns that fill a rectangle, with `gap` of every cell left free. */
export function keys(
  [left, top, right, bottom]: readonly [number, number, number, number],
  columns: number,
  rows: number,
  colour: Colour,
  gap = 0.25,
): Layer[] {
  const [width, height] = [(right - left) / columns, (bottom - top) / rows];
  return range(columns * rows).map((i) =>
    fill(
      box(
        left + (i % columns + 0.5) * width,
        top + (Math.floor(i / columns) + 0.5) * height,
        width * (1 - gap),
        height * (1 - gap),
        0.02,
      ),
      colour,
    )
  );
}
