/**
 * Drawings of computers and what is plugged into them.
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
import { cuboid, keys, range } from "./parts.ts";
import {
  box,
  curve,
  disc,
  line,
  outline,
  oval,
  polygon,
  type Shape,
  within,
} from "./shapes.ts";

const LED = rgb(0x49d66b);

/** A tower with drive bays, a button and vents. */
export function desktop_computer(v: Variation): Layer[] {
  const shell = v.colour(0x2a2b30, 0xd6d0c0, 0x4a4d52, 0xb4b9be);
  const width = v.between(0.62, 0.78);
  const x = -0.2;
  const left = x - width / 2;
  return [
    ...cuboid(
      x,
      0.08,
      width,
      1.62,
      v.between(0.35, 0.55),
      v.between(0.12, 0.2),
      shell,
    ),
    fill(box(x, -0.52, width - 0.1, 0.15, 0.02), lighter(shell, 0.2)),
    fill(box(x, -0.33, width - 0.1, 0.15, 0.02), lighter(shell, 0.2)),
    fill(box(x, -0.52, width - 0.24, 0.03), darker(shell, 0.7)),
    fill(box(x, -0.33, width - 0.24, 0.03), darker(shell, 0.7)),
    fill(box(x, -0.14, width - 0.24, 0.06), darker(shell, 0.6)),
    fill(disc(x, 0.14, 0.09), STEEL),
    fill(outline(disc(x, 0.14, 0.05), 0.02), LED),
    fill(disc(left + 0.1, 0.14, 0.025), LED),
    ...range(5).map((i) =>
      fill(
        box(x, 0.42 + i * 0.085, width - 0.2, 0.04, 0.02),
        darker(shell, 0.7),
      )
    ),
  ];
}

/** Rows of keys, a space bar and a number block. */
export function keyboard(v: Variation): Layer[] {
  const shell = v.colour(0x232428, 0xd9d5c9, 0xc4c8cc, 0x3b3e45);
  const dark = shell[0] < 128;
  const key = dark ? lighter(shell, 0.18) : lighter(shell, 0.6);
  const height = v.between(0.62, 0.78);
  const [top, bottom] = [-height / 2 + 0.08, height / 2 - 0.06];
  const row = (bottom - top) / 5;
  return [
    fill(box(0, 0.05, 1.94, height, 0.07), darker(shell, 0.5)),
    fill(box(0, 0, 1.94, height, 0.07), shell),
    ...keys([-0.9, top, 0.42, bottom - row], 14, 4, key),
    ...keys([0.5, top, 0.9, bottom], 4, 5, key),
    ...keys([-0.9, bottom - row, -0.5, bottom], 3, 1, key),
    fill(box(-0.17, bottom - row / 2, 0.58, row * 0.75, 0.02), key),
    ...keys([0.16, bottom - row, 0.42, bottom], 2, 1, key),
  ];
}

/** A screen folded up behind a keyboard. */
export function laptop_computer(v: Variation): Layer[] {
  const shell = v.colour(0x2a2b30, 0xb9bdc2, 0xe6e6e4, 0x4c5058);
  const lean = v.between(0, 0.12);
  const front = v.between(0.82, 0.95);
  const screen = [[-0.66 - lean, -0.72], [0.66 + lean, -0.72], [0.66, 0.2], [
    -0.66,
    0.2,
  ]] as const;
  const inner = screen.map(([x, y]) =>
    [x * 0.9, -0.26 + (y + 0.26) * 0.86] as const
  );
  return [
    fill(polygon(screen, 0.04), darker(shell, 0.2)),
    fill(polygon(inner), BLACK),
    ...display(v, polygon(inner, -0.03)),
    fill(
      polygon(
        [[-0.68, 0.24], [0.68, 0.24], [front, 0.78], [-front, 0.78]],
        0.03,
      ),
      shell,
    ),
    fill(
      polygon(
        [[-front, 0.78], [front, 0.78], [front, 0.86], [-front, 0.86]],
        0.02,
      ),
      darker(shell),
    ),
    ...range(4).flatMap((row) => {
      const reach = 0.6 + row * 0.045;
      const y = 0.31 + row * 0.075;
      return keys(
        [-reach, y - 0.033, reach, y + 0.033],
        12,
        1,
        darker(shell, 0.75),
      );
    }),
    fill(box(0, 0.69, 0.42, 0.12, 0.02), darker(shell, 0.25)),
  ];
}

/** A screen on a stand. */
export function monitor(v: Variation): Layer[] {
  const shell = v.colour(0x1e1f23, 0xc6cacd, 0x3b3e43, 0xd8d2c4);
  const width = v.between(1.35, 1.8);
  const height = v.between(0.95, 1.1);
  const bezel = v.between(0.1, 0.16);
  const y = -0.25;
  return [
    fill(oval(0, 0.83, v.between(0.35, 0.5), 0.1), darker(shell, 0.2)),
    fill(
      polygon([[-0.12, 0.2], [0.12, 0.2], [0.16, 0.82], [-0.16, 0.82]]),
      darker(shell, 0.35),
    ),
    fill(box(0, y, width, height, 0.05), shell),
    ...display(v, box(0, y - 0.02, width - bezel, height - bezel - 0.04)),
    fill(disc(width / 2 - 0.1, y + height / 2 - 0.045, 0.022), LED),
  ];
}

/** The display of a screen: a coloured ground, perhaps a window with lines of text. */
function display(v: Variation, screen: Shape): Layer[] {
  const ground = v.colour(0x3a6ea5, 0x1f4e79, 0x2c7a6b, 0x15171c, 0x8aa7c7);
  const [x, y] = [v.between(-0.25, 0.1), v.between(-0.4, -0.25)];
  return [
    fill(screen, ground),
    ...(v.chance(0.6)
      ? [
        fill(within(box(x, y, 0.7, 0.5), screen), WHITE),
        fill(within(box(x, y - 0.22, 0.7, 0.07), screen), lighter(ground, 0.2)),
        ...range(4).map((i) =>
          fill(
            within(box(x - 0.05, y - 0.1 + i * 0.09, 0.5, 0.025), screen),
            GREY,
          )
        ),
      ]
      : []),
  ];
}

/** A two-button mouse with a wheel, often with a cable. */
export function mouse(v: Variation): Layer[] {
  const shell = v.colour(0x26272b, 0xdedbd2, 0x9aa0a6, 0x7b2f33);
  const width = v.between(0.4, 0.5);
  const body = oval(0, 0.2, width, 0.68);
  const seam = darker(shell, 0.7);
  const bend = v.between(-0.5, 0.5);
  const cable = curve([0, -0.45], [0, -0.8], [bend, -0.65], [bend, -0.98]);
  return [
    ...(v.chance(0.75) ? [fill(line(cable, 0.05), darker(shell, 0.5))] : []),
    fill(oval(0.02, 0.25, width + 0.03, 0.68), darker(shell, 0.5)),
    fill(body, shell),
    fill(within(line([[0, -0.6], [0, 0.05]], 0.025), body), seam),
    fill(
      within(
        line(
          curve([-0.6, 0.02], [-0.3, 0.12], [0.3, 0.12], [0.6, 0.02]),
          0.025,
        ),
        body,
      ),
      seam,
    ),
    fill(box(0, -0.2, 0.13, 0.26, 0.06), seam),
    fill(box(0, -0.2, 0.07, 0.2, 0.035), GREY),
    fill(oval(-width * 0.4, 0.45, 0.07, 0.2), lighter(shell), 0.5),
  ];
}
