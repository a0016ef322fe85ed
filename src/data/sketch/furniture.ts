/**
 * Drawings of furniture. Each function lists the layers of one item, back to
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
  mix,
  STEEL,
  type Variation,
  WHITE,
} from "./layers.ts";
import {
  box,
  cut,
  disc,
  line,
  outline,
  oval,
  type Point,
  polygon,
  within,
} from "./shapes.ts";
import { cuboid, range } from "./parts.ts";

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

export function desk_lamp(v: Variation): Layer[] {
  const paint = v.colour(
    0x222226,
    0xb03030,
    0xd8d8d2,
    0x2f5d8a,
    0x8f959b,
    0x3c7a4b,
  );
  const elbow: Point = [v.between(-0.65, -0.4), v.between(-0.15, 0.05)];
  const neck: Point = [v.between(0.05, 0.3), v.between(-0.8, -0.6)];
  const head = v.between(0.1, 0.35);
  return [
    fill(oval(-0.2, 0.84, 0.45, 0.12), darker(paint)),
    fill(oval(-0.2, 0.8, 0.45, 0.12), paint),
    fill(line([[-0.2, 0.78], elbow], 0.06), STEEL),
    fill(line([elbow, neck], 0.06), STEEL),
    fill(disc(elbow[0], elbow[1], 0.08), darker(paint)),
    ...group(
      [
        fill(oval(0, 0.42, 0.4, 0.1), mix(WHITE, [255, 225, 120], 0.6)),
        fill(
          polygon(
            [[-0.12, -0.12], [0.12, -0.12], [0.4, 0.42], [-0.4, 0.42]],
            0.02,
          ),
          paint,
        ),
        fill(box(0, -0.16, 0.16, 0.16, 0.05), darker(paint)),
      ],
      neck[0],
      neck[1],
      1,
      -head,
    ),
  ];
}

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

export function letter_tray(v: Variation): Layer[] {
  const plastic = v.colour(0x26272b, 0x6b7077, 0x2f5d8a, 0x7a4a2b, 0xa8adb2);
  const trays = v.whole(2, 3);
  const slant = v.between(0.25, 0.45);
  return range(trays).reverse().flatMap((tray) => {
    const y = 0.55 - (trays - 1 - tray) * 0.5 + (trays - 2) * 0.1;
    const inner: Point[] = [[-0.7, y], [0.5, y], [0.5 + slant, y - 0.32], [
      -0.7 + slant,
      y - 0.32,
    ]];
    const sheet: Point[] = inner.map(([x, at]) => [0.05 + x * 0.85, at - 0.06]);
    return [
      fill(
        line([[-0.7 + slant, y - 0.34], [-0.7 + slant, y + 0.16]], 0.06),
        darker(plastic),
      ),
      fill(polygon(inner), darker(plastic, 0.6)),
      ...(v.chance(0.75) ? [fill(polygon(sheet), WHITE)] : []),
      fill(
        polygon([[-0.75, y - 0.13], [-0.7 + slant, y - 0.45], [
          -0.7 + slant,
          y - 0.33,
        ], [
          -0.75,
          y + 0.06,
        ]]),
        lighter(plastic, 0.15),
      ),
      fill(
        polygon([[0.55, y - 0.13], [0.5 + slant, y - 0.45], [
          0.5 + slant,
          y - 0.3,
        ], [
          0.55,
          y + 0.06,
        ]]),
        darker(plastic, 0.2),
      ),
      fill(
        cut(
          box(-0.1, y, 1.34, 0.16, 0.03),
          box(-0.1, y - 0.08, 0.6, 0.16, 0.06),
        ),
        plastic,
      ),
      fill(line([[-0.72, y], [-0.72, y + 0.4]], 0.06), darker(plastic)),
      fill(line([[0.52, y], [0.52, y + 0.4]], 0.06), darker(plastic)),
    ];
  });
}

export function trash_can(v: Variation): Layer[] {
  const paint = v.colour(0x2b2c30, 0x8e9499, 0x2f5d8a, 0x4f7a55, 0xbfc3c6);
  const foot = v.between(0.38, 0.5);
  const body = polygon([[-0.62, -0.6], [0.62, -0.6], [foot, 0.85], [
    -foot,
    0.85,
  ]], 0.03);
  const mesh = range(9).flatMap((i) => [
    fill(
      within(line([[-1 + i * 0.25, -0.7], [-0.6 + i * 0.2, 0.9]], 0.025), body),
      lighter(paint),
    ),
    fill(
      within(line([[-1 + i * 0.25, 0.9], [-0.6 + i * 0.2, -0.7]], 0.025), body),
      lighter(paint),
    ),
  ]);
  const ribs = range(6).map((i) =>
    fill(
      line(
        [[-0.5 + i * 0.2, -0.5], [(-0.5 + i * 0.2) * foot / 0.62, 0.8]],
        0.03,
      ),
      darker(paint),
    )
  );
  const paper = v.chance(0.4)
    ? [
      fill(disc(-0.2, -0.66, 0.18), WHITE),
      fill(disc(0.15, -0.7, 0.2), lighter(GREY, 0.7)),
    ]
    : [];
  return [
    fill(body, paint),
    ...(v.chance(0.5) ? mesh : ribs),
    fill(oval(0, -0.62, 0.66, 0.16), lighter(paint)),
    fill(oval(0, -0.61, 0.58, 0.12), darker(paint, 0.7)),
    ...paper,
    fill(outline(oval(0, -0.62, 0.63, 0.145), 0.05), lighter(paint, 0.2)),
  ];
}
