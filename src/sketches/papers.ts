/**
 * Drawings of what paper is kept and prepared with.
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
  rgb,
  STEEL,
  type Variation,
  WHITE,
} from "./layers.ts";
import { range } from "./parts.ts";
import { box, disc, outline, oval, polygon } from "./shapes.ts";

/** A spiral notebook, open at a ruled page or closed. */
export function paper_notebook(v: Variation): Layer[] {
  const cover = v.colour(0xb63a3a, 0x2f5d8a, 0x3f7d4e, 0x2a2b30, 0xd6a93c);
  const width = v.between(1.1, 1.35);
  const open = v.chance(0.55);
  const left = -width / 2;
  const page = [
    fill(box(0, 0, width, 1.7, 0.04), WHITE),
    ...range(11).map((i) =>
      fill(box(0.06, -0.6 + i * 0.13, width - 0.2, 0.022), rgb(0x8fb1d9))
    ),
    fill(box(left + 0.24, 0, 0.022, 1.66), rgb(0xd98a8a)),
  ];
  const front = [
    fill(box(0, 0, width, 1.7, 0.05), cover),
    fill(box(0.06, -0.35, width * 0.6, 0.36, 0.02), WHITE),
    fill(box(0.06, -0.4, width * 0.45, 0.04), GREY),
    fill(box(0.06, -0.29, width * 0.45, 0.04), GREY),
  ];
  return [
    fill(box(0.05, 0.05, width, 1.7, 0.04), lighter(GREY, 0.5)),
    ...(open ? page : front),
    ...range(12).flatMap((i) => {
      const y = -0.74 + i * 0.135;
      return [
        fill(disc(left + 0.08, y, 0.035), BLACK),
        fill(outline(oval(left, y, 0.09, 0.04), 0.03), darker(STEEL, 0.4)),
      ];
    }),
  ];
}

/** A hole punch: a lever over two posts on a base. */
export function punchers(v: Variation): Layer[] {
  const metal = v.colour(0x26272b, 0x2f5d8a, 0x9a2f2f, 0x8d9399);
  const lift = v.between(0.05, 0.2);
  return [
    fill(
      polygon([[-0.85, 0.5], [0.85, 0.5], [0.95, 0.72], [-0.95, 0.72]], 0.04),
      BLACK,
    ),
    fill(box(0, 0.46, 1.6, 0.12, 0.03), darker(metal, 0.4)),
    ...[-0.5, 0.5].flatMap((x) => [
      fill(box(x, 0.2, 0.34, 0.5, 0.04), darker(metal, 0.25)),
      fill(box(x, 0.3, 0.12, 0.44), STEEL),
      fill(disc(x, -0.02, 0.09), STEEL),
    ]),
    fill(
      polygon([[-0.75, -0.35 - lift], [0.75, -0.35 - lift], [0.88, 0.06], [
        -0.88,
        0.06,
      ]], 0.06),
      metal,
    ),
    fill(box(0, -0.37 - lift, 1.5, 0.14, 0.07), lighter(metal, 0.3)),
    fill(box(0, -0.1 - lift / 2, 0.6, 0.1, 0.02), lighter(metal, 0.6)),
  ];
}

/** The spine of a binder with its label and finger hole, and one side. */
export function ring_binder(v: Variation): Layer[] {
  const cover = v.colour(0x23262e, 0x2a4d8f, 0xa83232, 0x3f7d4e, 0xd0a032);
  const spine = v.between(0.42, 0.58);
  const depth = v.between(0.5, 0.8);
  const right = -0.5 + spine;
  const x = -0.5 + spine / 2;
  return [
    fill(
      polygon([[right, -0.9], [right + depth, -0.72], [right + depth, 0.76], [
        right,
        0.92,
      ]]),
      darker(cover, 0.35),
    ),
    fill(
      polygon([[right + 0.02, -0.86], [right + depth, -0.7], [
        right + depth,
        -0.64,
      ], [right + 0.02, -0.8]]),
      WHITE,
    ),
    fill(box(x, 0.01, spine, 1.82, 0.02), cover),
    fill(box(x, -0.35, spine * 0.7, 0.8, 0.02), WHITE),
    ...range(3).map((i) =>
      fill(box(x, -0.58 + i * 0.14, spine * 0.5, 0.035), GREY)
    ),
    fill(disc(x, 0.52, 0.13), STEEL),
    fill(disc(x, 0.52, 0.09), BLACK),
  ];
}
