/**
 * Drawings of what people carry and ride.
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
  type Point,
  polygon,
  turnOf,
  within,
} from "./shapes.ts";

/** A bag with shoulder straps, a handle and a pocket in front. */
export function back_pack(v: Variation): Layer[] {
  const cloth = v.colour(
    0x2a2c33,
    0x27467a,
    0x8c2f2f,
    0x4b6148,
    0x6b4a7d,
    0xb5662b,
  );
  const trim = v.pick([BLACK, GREY, darker(cloth, 0.6)]);
  const width = v.between(1.05, 1.25);
  const pocket = v.between(0.5, 0.62);
  return [
    ...[-1, 1].map((side) =>
      fill(
        line(
          curve([side * 0.3, -0.6], [side * 0.85, -0.5], [side * 0.95, 0.3], [
            side * 0.5,
            0.75,
          ]),
          0.13,
        ),
        darker(cloth, 0.5),
      )
    ),
    fill(outline(oval(0, -0.78, 0.17, 0.16), 0.07), trim),
    fill(box(0, 0.05, width, 1.66, 0.42), cloth),
    fill(
      line(
        curve([-width * 0.4, -0.15], [-width * 0.35, -0.75], [
          width * 0.35,
          -0.75,
        ], [width * 0.4, -0.15]),
        0.04,
      ),
      trim,
    ),
    fill(
      box(0, 0.83 - pocket / 2, width * 0.76, pocket, 0.14),
      darker(cloth, 0.25),
    ),
    fill(box(0, 0.9 - pocket, width * 0.7, 0.05, 0.02), trim),
    fill(box(width * 0.24, 0.97 - pocket, 0.05, 0.14, 0.02), STEEL),
    fill(box(0, -0.2, 0.26, 0.14, 0.03), lighter(cloth, 0.5)),
  ];
}

/** Two spoked wheels, a diamond frame, a saddle and a handlebar. */
export function bike(v: Variation): Layer[] {
  const frame = v.colour(0xb03030, 0x2f5d8a, 0x222328, 0x3f8a4e, 0xd9a441);
  const radius = v.between(0.38, 0.43);
  const rear: Point = [-0.56, 0.38];
  const front: Point = [0.56, 0.38];
  const crank: Point = [-0.08, 0.4];
  const seat: Point = [-0.24, -0.22];
  const head: Point = [0.4, -0.26];
  const tube = (...points: Point[]) => fill(line(points, 0.07), frame);
  return [
    ...[rear, front].flatMap(([x, y]) => [
      fill(outline(disc(x, y, radius), 0.075), BLACK),
      ...range(6).map((i) => {
        const { cos, sin } = turnOf(Math.max(-1, -0.9 + i * 0.36));
        return fill(
          line([[x - radius * cos, y - radius * sin], [
            x + radius * cos,
            y + radius * sin,
          ]], 0.014),
          GREY,
        );
      }),
      fill(disc(x, y, 0.05), STEEL),
    ]),
    tube(rear, seat),
    tube(rear, crank),
    tube(crank, seat),
    tube(seat, head),
    tube(crank, [0.43, -0.1]),
    tube(front, head, [0.36, -0.42]),
    fill(line([seat, [-0.28, -0.38]], 0.06), STEEL),
    fill(
      polygon(
        [[-0.46, -0.44], [-0.12, -0.42], [-0.14, -0.38], [-0.42, -0.36]],
        0.03,
      ),
      BLACK,
    ),
    fill(
      line(
        v.chance(0.5)
          ? [[0.36, -0.44], [0.52, -0.47], [0.58, -0.4], [0.52, -0.32]]
          : [[0.26, -0.5], [0.38, -0.44], [0.54, -0.48]],
        0.06,
      ),
      BLACK,
    ),
    fill(outline(disc(crank[0], crank[1], 0.11), 0.04), STEEL),
    fill(line([[-0.08, 0.4], [0.02, 0.6], [0.09, 0.6]], 0.04), BLACK),
  ];
}

/** A dome with vents and a chin strap. */
export function bike_helmet(v: Variation): Layer[] {
  const shell = v.colour(
    0xb03030,
    0x2f5d8a,
    0x2a2b30,
    0xe0dfda,
    0xd9a441,
    0x3f8a4e,
  );
  const height = v.between(0.68, 0.8);
  const dome = cut(
    oval(0, 0.2, 0.92, height),
    polygon([[-1.2, 0.22], [0.2, 0.34], [1.2, 0.14], [1.2, 1.4], [-1.2, 1.4]]),
  );
  const vents: [number, number, number, number][] = [
    [-0.52, -0.08, 0.07, 0.2],
    [-0.18, -0.16, 0.075, 0.26],
    [0.18, -0.16, 0.075, 0.26],
    [0.52, -0.08, 0.07, 0.2],
  ];
  return [
    fill(line([[-0.55, 0.22], [-0.15, 0.85], [0.35, 0.25]], 0.05), BLACK),
    fill(box(-0.15, 0.84, 0.16, 0.1, 0.03), GREY),
    fill(dome, shell),
    fill(within(outline(dome, 0.16), dome), darker(shell, 0.45)),
    ...vents.map(([x, y, rx, ry]) =>
      fill(placed(oval(0, 0, rx, ry), x, y, 1, x * 0.4), BLACK)
    ),
    ...(v.chance(0.6)
      ? [fill(polygon([[0.78, 0.12], [1, 0.3], [0.6, 0.3]], 0.03), BLACK)]
      : []),
    fill(
      within(
        line(
          curve([-0.8, -0.1], [-0.4, -0.52], [0.4, -0.52], [0.8, -0.1]),
          0.05,
        ),
        dome,
      ),
      lighter(shell, 0.7),
    ),
  ];
}

/** A body with shoulders, a neck, a cap and a label. */
export function bottle(v: Variation): Layer[] {
  const glass = v.colour(0x9cc4d8, 0x3f7d4e, 0x7a4a22, 0xc9dfe6, 0xb03a3a);
  const half = v.between(0.27, 0.36);
  const neck = v.between(0.09, 0.13);
  const shoulder = v.between(-0.42, -0.2);
  const body = polygon([
    [-neck, -0.75],
    [neck, -0.75],
    ...curve(
      [neck, shoulder - 0.25],
      [neck, shoulder - 0.05],
      [half, shoulder - 0.1],
      [half, shoulder + 0.2],
      6,
    ),
    [half, 0.9],
    [-half, 0.9],
    ...curve(
      [-half, shoulder + 0.2],
      [-half, shoulder - 0.1],
      [-neck, shoulder - 0.05],
      [-neck, shoulder - 0.25],
      6,
    ),
  ], 0.03);
  const label = v.colour(0xf0ece0, 0xd04a3a, 0x2f6fae, 0xe3c04a);
  return [
    fill(body, glass),
    fill(
      within(box(-half * 0.6, 0.2, half * 0.22, 1.3, 0.03), body),
      lighter(glass, 0.7),
      0.7,
    ),
    fill(box(0, 0.32, half * 2 + 0.05, v.between(0.4, 0.6)), label),
    fill(box(0, 0.25, half * 1.3, 0.08), darker(label, 0.6)),
    fill(
      box(0, -0.84, neck * 2 + 0.1, 0.2, 0.03),
      v.colour(0xf0f0ec, 0x2a4d8f, 0x222328, 0xc43a2e),
    ),
  ];
}
