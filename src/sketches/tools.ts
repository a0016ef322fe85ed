/**
 * Drawings of tools of the hand.
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
  STEEL,
  type Variation,
} from "./layers.ts";
import { range } from "./parts.ts";
import {
  box,
  curve,
  disc,
  line,
  outline,
  oval,
  placed,
  polygon,
} from "./shapes.ts";

/** A ball pen with a clip. */
export function pen(v: Variation): Layer[] {
  const barrel = v.colour(0x1f3f8f, 0x1d1d20, 0xb02a2a, 0xe0dfda, 0x2e7d4a);
  const thick = v.between(0.14, 0.2);
  const grip = v.pick([BLACK, STEEL, darker(barrel)]);
  return group(
    [
      fill(
        polygon([[0.72, -thick / 2], [0.72, thick / 2], [0.97, 0.015], [
          0.97,
          -0.015,
        ]]),
        STEEL,
      ),
      fill(box(0.92, 0, 0.1, 0.04, 0.02), BLACK),
      fill(box(-0.05, 0, 1.56, thick, 0.03), barrel),
      fill(box(0.55, 0, 0.36, thick * 1.06, 0.03), grip),
      fill(box(-0.87, 0, 0.14, thick * 0.6, 0.03), STEEL),
      fill(box(-0.55, -thick * 0.55, 0.55, 0.05, 0.02), STEEL),
      fill(box(-0.22, 0, 0.06, thick * 1.04), STEEL),
      fill(
        box(-0.05, -thick * 0.2, 1.2, 0.03, 0.015),
        lighter(barrel, 0.6),
        0.7,
      ),
    ],
    0,
    0,
    1,
    v.between(0.15, 0.55),
  );
}

/** A strip with long and short marks. */
export function ruler(v: Variation): Layer[] {
  const body = v.colour(0xe3c04a, 0xd9b27a, 0xb9bfc5, 0x7fb0d6, 0xe7a3a3);
  const height = v.between(0.26, 0.36);
  const marks = 29;
  return group(
    [
      fill(box(0, 0, 1.94, height, 0.02), body),
      ...range(marks).map((i) => {
        const long = i % 5 === 0 ? 0.5 : 0.28;
        return fill(
          box(
            -0.9 + i * 0.0643,
            -height / 2 + height * long / 2,
            0.022,
            height * long,
          ),
          BLACK,
        );
      }),
      ...range(5).map((i) =>
        fill(box(-0.85 + i * 0.32, height * 0.2, 0.05, height * 0.22), BLACK)
      ),
      fill(disc(0.88, height * 0.2, 0.04), darker(body, 0.7)),
    ],
    0,
    0,
    1,
    v.between(-0.35, 0.35),
  );
}

/** Two crossed blades with ring grips, more or less open. */
export function scissors(v: Variation): Layer[] {
  const grip = v.colour(0xc43a2e, 0x222328, 0xe08a2a, 0x2f5d8a, 0x3f8a4e);
  const open = v.between(0.1, 0.24);
  const blade = polygon([
    [-0.09, 0.12],
    [0.09, 0.12],
    [0.05, -0.75],
    [0, -0.95],
    [-0.07, -0.6],
  ]);
  const half = (side: number) => [
    fill(
      placed(blade, 0, 0, 1, side * open),
      side < 0 ? STEEL : lighter(STEEL),
    ),
    ...group(
      [
        fill(line([[0, 0.08], [side * -0.06, 0.35]], 0.13), grip),
        fill(outline(oval(side * -0.14, 0.62, 0.2, 0.3), 0.12), grip),
      ],
      0,
      0,
      1,
      side * open,
    ),
  ];
  return group(
    [...half(-1), ...half(1), fill(disc(0, 0.05, 0.05), GREY)],
    0,
    0,
    1,
    v.between(-0.3, 0.3),
  );
}

/** An arm over a base, open like a jaw. */
export function stapler(v: Variation): Layer[] {
  const paint = v.colour(0x222328, 0xb03030, 0x2f5d8a, 0x8f959b, 0x3f7d4e);
  const open = v.between(0.03, 0.1);
  const arm = polygon([
    [-0.85, -0.02],
    [-0.6, -0.28],
    [0.2, -0.24],
    [0.85, -0.02],
    [0.86, 0.14],
    [-0.85, 0.2],
  ], 0.05);
  return group(
    [
      fill(box(0.02, 0.5, 1.84, 0.12, 0.05), darker(paint, 0.5)),
      fill(
        polygon(
          [[-0.85, 0.22], [-0.45, 0.3], [-0.4, 0.46], [-0.85, 0.46]],
          0.03,
        ),
        darker(paint, 0.3),
      ),
      fill(box(0.72, 0.43, 0.26, 0.05), STEEL),
      ...group(
        [
          fill(box(0.05, 0.24, 1.66, 0.1, 0.02), STEEL),
          fill(box(0.83, 0.24, 0.1, 0.14), darker(STEEL, 0.4)),
          fill(arm, paint),
          fill(
            line(
              curve([-0.55, -0.24], [-0.1, -0.27], [0.3, -0.2], [0.75, -0.05]),
              0.04,
            ),
            lighter(paint),
            0.7,
          ),
        ],
        0,
        0,
        1,
        -open,
      ),
      fill(disc(-0.72, 0.16, 0.07), STEEL),
    ],
    0,
    -0.1,
  );
}

/** A heavy base with a roll of tape and a cutter. */
export function tape_dispenser(v: Variation): Layer[] {
  const body = v.colour(0x222328, 0x2f5d8a, 0xa33636, 0x8f959b, 0x3f7d4e);
  const tape = v.colour(0xd8c48a, 0xe6ddbf, 0xcfd3c4);
  const radius = v.between(0.42, 0.5);
  return [
    fill(disc(-0.3, -0.12, radius), tape),
    fill(outline(disc(-0.3, -0.12, radius * 0.8), 0.02), darker(tape, 0.3)),
    fill(disc(-0.3, -0.12, radius * 0.62), darker(body, 0.2)),
    fill(line([[-0.25, -0.12 - radius], [0.78, -0.16]], 0.04), tape),
    fill(
      polygon([
        [-0.85, 0.05],
        [-0.5, 0.2],
        [0.05, 0.22],
        [0.45, 0],
        [0.66, -0.16],
        [0.84, -0.1],
        [0.92, 0.6],
        [-0.9, 0.6],
      ], 0.04),
      body,
    ),
    fill(disc(-0.3, -0.12, radius * 0.3), STEEL),
    fill(disc(-0.3, -0.12, radius * 0.14), BLACK),
    fill(
      polygon([[0.72, -0.2], [0.9, -0.14], [0.92, -0.02], [0.8, -0.08]]),
      STEEL,
    ),
    fill(box(0, 0.6, 1.8, 0.06, 0.02), BLACK),
  ];
}
