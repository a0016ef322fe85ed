/**
 * Drawings of furniture.
 * Each function lists the layers of one item, back to front, in [−1, 1]², y down.
 *
 * @module
 */

import {
  BLACK,
  darker,
  fill,
  GREY,
  type Layer,
  lighter,
  STEEL,
  type Variation,
  WHITE,
} from "./layers.ts";
import { cuboid, range } from "./parts.ts";
import { box, disc, line, oval, type Point } from "./shapes.ts";

/** Shelves with books, some fuller than others. */
export function bookcase(v: Variation): Layer[] {
  const wood = v.colour(0x9c6b3f, 0xc79a63, 0x5b3a26, 0xe3ddd2);
  const width = v.between(0.95, 1.35);
  const shelves = v.whole(3, 5);
  const height = 1.85;
  const pitch = (height - 0.1) / shelves;
  return [
    fill(box(0, 0, width, height), wood),
    ...range(shelves).flatMap((shelf) => {
      const top = -height / 2 + 0.07 + shelf * pitch;
      const bottom = top + pitch - 0.06;
      return [
        fill(
          box(0, (top + bottom) / 2, width - 0.14, bottom - top),
          darker(wood, 0.6),
        ),
        ...books(v, -width / 2 + 0.08, width / 2 - 0.1, bottom, pitch - 0.1),
      ];
    }),
  ];
}

/** Books standing on a shelf, from left to right until it is nearly full. */
function books(
  v: Variation,
  left: number,
  right: number,
  bottom: number,
  tallest: number,
) {
  const layers: Layer[] = [];
  const end = v.between(left + 0.5 * (right - left), right);
  for (let x = left; x < end - 0.1;) {
    const width = v.between(0.055, 0.1);
    const height = tallest * v.between(0.65, 0.95);
    const colour = v.colour(
      0xa23b3b,
      0x2f5d8a,
      0x3f7d4e,
      0xd9b44a,
      0xe8e4da,
      0x4a4a55,
    );
    layers.push(
      fill(box(x + width / 2, bottom - height / 2, width, height), colour),
    );
    x += width;
  }
  return layers;
}

/** A back and a seat on a column with castors, often with arms. */
export function desk_chair(v: Variation): Layer[] {
  const cloth = v.colour(0x2a2c33, 0x27467a, 0x7a2d2d, 0x4b5a48, 0x6a6d73);
  const metal = v.pick([BLACK, STEEL, GREY]);
  const backHeight = v.between(0.65, 0.95);
  const seat = 0.12;
  const feet: Point[] = [[-0.55, 0.82], [-0.28, 0.93], [0.2, 0.94], [
    0.55,
    0.83,
  ]];
  const arms = v.chance(0.7)
    ? [-1, 1].map((side) =>
      fill(
        line([[side * 0.42, seat], [side * 0.55, seat - 0.1], [
          side * 0.55,
          seat - 0.3,
        ], [
          side * 0.36,
          seat - 0.33,
        ]], 0.08),
        darker(metal, 0.4),
      )
    )
    : [];
  return [
    ...feet.flatMap((foot) => [
      fill(line([[0, 0.68], foot], 0.08), metal),
      fill(disc(foot[0], foot[1] + 0.04, 0.06), BLACK),
    ]),
    fill(box(0, 0.45, 0.1, 0.5), metal),
    fill(box(0, -0.1, 0.16, 0.5), darker(metal)),
    fill(
      box(
        0,
        seat - 0.3 - backHeight / 2,
        0.75,
        backHeight,
        v.between(0.12, 0.3),
      ),
      cloth,
    ),
    fill(oval(0, seat + 0.04, 0.5, 0.16), darker(cloth)),
    fill(oval(0, seat, 0.5, 0.14), cloth),
    ...arms,
  ];
}

/** Drawers with handles and labels, one over the other. */
export function file_cabinet(v: Variation): Layer[] {
  const paint = v.colour(0x8d9196, 0xcfc9b8, 0x2e3035, 0xa8adb2, 0x6f7f73);
  const drawers = v.whole(2, 4);
  const height = 0.42 * drawers + v.between(0, 0.15);
  const width = v.between(0.75, 0.95);
  const pitch = height / drawers;
  return [
    ...cuboid(
      -0.1,
      0.05,
      width,
      height,
      v.between(0.2, 0.4),
      v.between(0.08, 0.16),
      paint,
    ),
    ...range(drawers).flatMap((drawer) => {
      const y = 0.05 - height / 2 + (drawer + 0.5) * pitch;
      return [
        fill(
          box(-0.1, y, width - 0.08, pitch - 0.06, 0.02),
          lighter(paint, 0.15),
        ),
        fill(box(-0.1, y + 0.02, 0.26, 0.06, 0.02), darker(paint, 0.7)),
        fill(box(-0.1, y - 0.09, 0.2, 0.07), WHITE),
      ];
    }),
    fill(disc(width / 2 - 0.2, 0.1 - height / 2, 0.025), BLACK),
  ];
}
