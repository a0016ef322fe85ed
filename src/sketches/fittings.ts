/**
 * Drawings of what stands on and beside a desk.
 * Each function lists the layers of one item, back to front, in [−1, 1]², y down.
 *
 * @module
 */

import {
  darker,
  fill,
  GREY,
  group,
  type Layer,
  lighter,
  mix,
  rgb,
  STEEL,
  type Variation,
  WHITE,
} from "./layers.ts";
import { range } from "./parts.ts";
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

/** A shade on a jointed arm with a foot. */
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

/** Open trays stacked on posts, most with paper. */
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

/** A mug with a handle, sometimes with a stripe. */
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

/** A tapered can of mesh or with ribs, sometimes full of paper. */
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
