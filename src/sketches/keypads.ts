/**
 * Drawings of things with number keys.
 * Each function lists the layers of one item, back to front, in [−1, 1]², y down.
 *
 * @module
 */

import {
  BLACK,
  darker,
  fill,
  GREY,
  group,
  type Layer,
  lighter,
  rgb,
  STEEL,
  type Variation,
} from "./layers.ts";
import { keys, range } from "./parts.ts";
import { box, disc, line, outline, type Point, polygon } from "./shapes.ts";

/** A display with digits over rows of keys. */
export function calculator(v: Variation): Layer[] {
  const shell = v.colour(0x2a2b30, 0xb9bdc1, 0x34507a, 0xe0ddd2);
  const key = shell[0] < 128 ? lighter(shell, 0.6) : darker(shell, 0.6);
  const width = v.between(1.05, 1.25);
  const rows = v.whole(4, 5);
  const half = width / 2 - 0.1;
  const column = 2 * half / 4;
  const row = 0.98 / rows;
  return [
    fill(box(0.03, 0.03, width, 1.84, 0.1), darker(shell, 0.6)),
    fill(box(0, 0, width, 1.84, 0.1), shell),
    fill(box(0, -0.6, width - 0.18, 0.38, 0.03), darker(shell, 0.7)),
    fill(box(0, -0.58, width - 0.28, 0.25), rgb(0xa9b89a)),
    ...range(3).map((i) =>
      fill(
        outline(box(half - 0.14 - i * 0.16, -0.57, 0.07, 0.13), 0.025),
        BLACK,
      )
    ),
    ...range(rows * 4).map((i) => {
      const [at, line] = [i % 4, Math.floor(i / 4)];
      const colour = at === 3
        ? rgb(0xd9822b)
        : line === 0
        ? rgb(0xa64040)
        : key;
      const [x, y] = [-half + (at + 0.5) * column, -0.28 + (line + 0.5) * row];
      return fill(box(x, y, column * 0.74, row * 0.66, 0.04), colour);
    }),
  ];
}

/** A slab with a touch screen, or a screen over a keypad. */
export function mobile_phone(v: Variation): Layer[] {
  const shell = v.colour(0x1e1f23, 0xc9ccd0, 0x3a3d45, 0x7b2f33);
  const width = v.between(0.8, 0.95);
  const glow = v.colour(0x4a7fb5, 0x7fb0d6, 0x2c7a6b, 0xb5c7a0);
  const slab = [
    fill(box(0, -0.04, width - 0.14, 1.36, 0.02), glow),
    ...keys([-0.3, -0.55, 0.3, 0.25], 3, 4, lighter(glow, 0.75), 0.4),
    fill(disc(0, 0.76, 0.075), darker(shell, 0.5)),
    fill(outline(disc(0, 0.76, 0.075), 0.02), GREY),
  ];
  const buttons = shell[0] < 128 ? lighter(shell, 0.7) : darker(shell, 0.7);
  const keypad = [
    fill(box(0, -0.4, width - 0.18, 0.76, 0.03), glow),
    fill(box(0, -0.68, width - 0.26, 0.08), lighter(glow, 0.7)),
    fill(outline(box(0, 0.16, 0.22, 0.16, 0.06), 0.05), STEEL),
    ...keys(
      [-width / 2 + 0.08, 0.3, width / 2 - 0.08, 0.82],
      3,
      4,
      buttons,
      0.3,
    ),
  ];
  return [
    fill(box(0.03, 0.03, width, 1.8, 0.14), darker(shell, 0.6)),
    fill(box(0, 0, width, 1.8, 0.14), shell),
    fill(box(0, -0.81, 0.24, 0.035, 0.015), GREY),
    ...(v.chance(0.5) ? slab : keypad),
  ];
}

/** A desk phone: handset, cord, display and keys. */
export function phone(v: Variation): Layer[] {
  const shell = v.colour(0x26272b, 0xd6d0c0, 0x8d9299, 0x7a2f2f, 0xe4e2dc);
  const key = shell[0] < 128 ? lighter(shell, 0.7) : darker(shell, 0.6);
  const handset = group(
    [
      fill(box(0, 0, 0.22, 1.2, 0.1), darker(shell, 0.2)),
      fill(box(0, -0.55, 0.36, 0.34, 0.12), shell),
      fill(box(0, 0.55, 0.36, 0.34, 0.12), shell),
    ],
    -0.62,
    0.02,
    1,
    v.between(-0.06, 0.06),
  );
  const coil = range(9).map((
    i,
  ): Point => [-0.9 + (i % 2) * 0.13, 0.62 - i * 0.02 + (i > 4 ? 0.06 : 0)]);
  return [
    fill(
      line([...coil.map(([x], i): Point => [x - 0.02, 0.45 + i * 0.055]), [
        -0.5,
        0.92,
      ]], 0.05),
      darker(shell, 0.5),
    ),
    fill(
      polygon([[-0.8, -0.62], [0.85, -0.62], [0.95, 0.72], [-0.9, 0.72]], 0.05),
      darker(shell, 0.35),
    ),
    fill(
      polygon(
        [[-0.78, -0.66], [0.82, -0.66], [0.9, 0.62], [-0.86, 0.62]],
        0.05,
      ),
      shell,
    ),
    fill(box(0.26, -0.42, 0.86, 0.3, 0.03), darker(shell, 0.7)),
    fill(box(0.26, -0.42, 0.74, 0.2), rgb(0xa9b89a)),
    ...keys([-0.18, -0.16, 0.44, 0.56], 3, 4, key, 0.28),
    ...keys([0.52, -0.16, 0.8, 0.56], 1, 5, lighter(GREY, 0.5), 0.4),
    ...handset,
  ];
}
