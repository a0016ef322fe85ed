/**
 * Drawings of machines that show, print and sound.
 * Each function lists the layers of one item, back to front, in [−1, 1]², y down.
 *
 * @module
 */

import {
  BLACK,
  type Colour,
  darker,
  fill,
  GREY,
  type Layer,
  lighter,
  mix,
  rgb,
  STEEL,
  type Variation,
  WHITE,
} from "./layers.ts";
import { cuboid, keys, range } from "./parts.ts";
import {
  box,
  curve,
  cut,
  disc,
  line,
  outline,
  oval,
  polygon,
} from "./shapes.ts";

const LED = rgb(0x49d66b);

/** Two cups, the band between them and a cable. */
export function headphones(v: Variation): Layer[] {
  const paint = v.colour(0x222328, 0xc9ccd0, 0xa33636, 0x2f5d8a);
  const height = v.between(0.75, 0.95);
  const band = (width: number) =>
    cut(outline(oval(0, 0.15, 0.66, height), width), box(0, 1.15, 2, 2));
  const cable = curve([-0.66, 0.7], [-0.6, 1.1], [0, 0.7], [
    v.between(-0.1, 0.4),
    1,
  ]);
  return [
    fill(line(cable, 0.04), darker(paint, 0.5)),
    fill(band(0.14), paint),
    fill(band(0.05), lighter(paint)),
    ...[-1, 1].flatMap((side) => [
      fill(box(side * 0.66, 0.25, 0.1, 0.3, 0.04), STEEL),
      fill(oval(side * 0.56, 0.45, 0.17, 0.36), BLACK),
      fill(oval(side * 0.7, 0.45, 0.2, 0.32), paint),
      fill(oval(side * 0.74, 0.45, 0.09, 0.16), lighter(paint)),
    ]),
  ];
}

/** A box with paper going in behind and coming out in front. */
export function printer(v: Variation): Layer[] {
  const shell = v.colour(0xdedbd2, 0x3a3c42, 0xb9bdc1, 0xece9e2);
  const trim = darker(shell, 0.45);
  const height = v.between(0.6, 0.8);
  const top = 0.35 - height;
  return [
    fill(
      polygon([[-0.5, top - 0.5], [0.5, top - 0.5], [0.55, top], [-0.55, top]]),
      trim,
    ),
    fill(
      polygon([[-0.42, top - 0.62], [0.42, top - 0.62], [0.46, top], [
        -0.46,
        top,
      ]]),
      WHITE,
    ),
    fill(
      polygon([[-0.78, top - 0.12], [0.78, top - 0.12], [0.9, top + 0.1], [
        -0.9,
        top + 0.1,
      ]]),
      lighter(shell),
    ),
    fill(box(0, top + 0.05 + height / 2, 1.84, height, 0.08), shell),
    fill(box(0.6, top + 0.17, 0.44, 0.14, 0.03), trim),
    fill(box(0.53, top + 0.17, 0.2, 0.08), rgb(0x9fc3b5)),
    fill(disc(0.74, top + 0.17, 0.035), LED),
    fill(box(0, 0.12, 1.24, 0.16, 0.03), darker(shell, 0.85)),
    fill(
      polygon([[-0.52, 0.14], [0.52, 0.14], [0.66, 0.62], [-0.66, 0.62]]),
      trim,
    ),
    fill(
      polygon([[-0.46, 0.14], [0.46, 0.14], [0.56, 0.54], [-0.56, 0.54]]),
      WHITE,
    ),
    ...range(3).map((i) =>
      fill(box(0, 0.26 + i * 0.09, 0.6 + i * 0.06, 0.025), GREY)
    ),
  ];
}

/** A flat box with a lens, vents and buttons. */
export function projector(v: Variation): Layer[] {
  const shell = v.colour(0xe2e0da, 0x33353a, 0xc3c7cb, 0x8d9299);
  const lens = v.between(0.26, 0.34);
  const lensX = v.between(0.3, 0.48);
  return [
    fill(box(-0.6, 0.5, 0.16, 0.14, 0.03), BLACK),
    fill(box(0.6, 0.5, 0.16, 0.14, 0.03), BLACK),
    fill(
      polygon(
        [[-0.72, -0.42], [0.72, -0.42], [0.9, -0.15], [-0.9, -0.15]],
        0.04,
      ),
      lighter(shell, 0.5),
    ),
    ...keys([-0.4, -0.38, 0.1, -0.24], 4, 1, darker(shell, 0.45), 0.4),
    fill(box(0, 0.14, 1.88, 0.66, 0.1), shell),
    ...range(6).map((i) =>
      fill(
        box(-0.45, -0.05 + i * 0.075, 0.68, 0.035, 0.015),
        darker(shell, 0.65),
      )
    ),
    fill(disc(lensX, 0.13, lens), darker(shell, 0.55)),
    fill(disc(lensX, 0.13, lens * 0.8), BLACK),
    fill(disc(lensX, 0.13, lens * 0.55), rgb(0x34507a)),
    fill(
      disc(lensX - lens * 0.2, 0.13 - lens * 0.2, lens * 0.18),
      rgb(0xc4d7ee),
    ),
  ];
}

/** A box with a woofer and a tweeter. */
export function speaker(v: Variation): Layer[] {
  const shell = v.colour(0x26272b, 0x7a5233, 0x9a6b3f, 0x55585e);
  const width = v.between(0.8, 1);
  const woofer = width * v.between(0.34, 0.4);
  const tweeter = width * v.between(0.16, 0.2);
  return [
    ...cuboid(-0.08, 0.06, width, 1.7, v.between(0.12, 0.3), 0.1, shell),
    ...cone(-0.08, 0.4, woofer),
    ...cone(-0.08, -0.42, tweeter),
    fill(disc(-0.08 + width * 0.32, -0.68, 0.03), STEEL),
  ];
}

/** A loudspeaker's cone from the front. */
function cone(x: number, y: number, radius: number): Layer[] {
  const rings: [number, Colour][] = [
    [1, STEEL],
    [0.88, BLACK],
    [0.7, mix(BLACK, GREY, 0.4)],
    [0.32, mix(BLACK, GREY, 0.75)],
  ];
  return rings.map(([share, colour]) =>
    fill(disc(x, y, radius * share), colour)
  );
}
