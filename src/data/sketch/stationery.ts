/**
 * Drawings of stationery. Each function lists the layers of one item, back to
 * front, in [−1, 1]², y down.
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
  WHITE,
} from "./layers.ts";
import { range } from "./parts.ts";
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
  within,
} from "./shapes.ts";

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

export function mug(v: Variation): Layer[] {
  const glaze = v.colour(
    0xe9e6df,
    0xb23a3a,
    0x2f5d8a,
    0x3a3b40,
    0xd9a441,
    0x4f8a6a,
  );
  const [half, low] = [v.between(0.44, 0.54), v.between(0.6, 0.78)];
  const foot = half * v.between(0.82, 1);
  const body = polygon([
    [-half, -0.6],
    [half, -0.6],
    [foot, low - 0.08],
    [foot - 0.1, low],
    [-foot + 0.1, low],
    [-foot, low - 0.08],
  ]);
  const stripe = v.chance(0.4)
    ? [
      fill(
        within(box(0, 0.1, 2, 0.22), body),
        v.colour(0xf1e9d2, 0x2f5d8a, 0xc9463a),
      ),
    ]
    : [];
  return group(
    [
      fill(
        cut(outline(oval(half, 0.02, 0.34, 0.36), 0.13), body),
        darker(glaze, 0.15),
      ),
      fill(body, glaze),
      ...stripe,
      fill(oval(0, -0.6, half, 0.13), lighter(glaze)),
      fill(
        oval(0, -0.585, half - 0.06, 0.095),
        v.chance(0.6) ? rgb(0x4a2c1a) : darker(glaze, 0.5),
      ),
    ],
    -0.12,
    0,
  );
}
