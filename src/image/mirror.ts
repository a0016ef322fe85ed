/** What mirroring a picture does to its descriptor. @module */

import {
  descriptorParts,
  OCTANTS,
  type Preprocessing,
} from "./preprocessing.ts";

/** Where the offsets (r, 0), (r, r), (0, r) and (−r, r) of a mirrored picture come from. */
const OFFSETS = [0, 3, 2, 1] as const;

/**
 * Finds where each value of a mirrored picture's descriptor stands in that of
 * the picture itself:
 *
 *   mirrored[i] = descriptor[order[i]]
 *
 * Left and right change places, direction θ becomes half a turn − θ, and offset
 * (x, y) becomes (−x, y). Describing the mirrored picture gives the same bytes
 * but for pairs along a row whose ends lie in two cells: such a pair counts in
 * the cell of its left end, whichever that is.
 *
 * @throws {RangeError} If the preprocessing is not one that this module knows.
 */
export function mirrorOrder(preprocessing: Preprocessing): Uint32Array {
  const { grid, radii, colorGrid, sharpnessGrid } = preprocessing;
  const [gradients, colors, sharpness] = descriptorParts(preprocessing);
  const order: number[] = [];
  const append = (length: number, grid: number, within: number[]) => {
    const start = order.length;
    for (let cell = 0; cell < grid ** 2; cell++) {
      const across = cell % grid;
      const opposite = cell - across + (grid - 1 - across);
      const from = start + opposite * (length / grid ** 2);
      for (const i of within) order.push(from + i);
    }
  };
  append(gradients, grid, gradientOrder(radii.length));
  append(colors, colorGrid, inOrder(colors / colorGrid ** 2));
  append(sharpness, sharpnessGrid, inOrder(sharpness / sharpnessGrid ** 2));
  return Uint32Array.from(order);
}

/** The order within a cell of gradients: singles, then four tables of pairs for every radius. */
function gradientOrder(radii: number): number[] {
  const octants = inOrder(OCTANTS).map((k) => (OCTANTS * 3 / 2 - k) % OCTANTS);
  const tables = inOrder(radii).flatMap((radius) =>
    OFFSETS.map((offset) => 4 * radius + offset)
  );
  const pairs = tables.flatMap((table) =>
    octants.flatMap((first) =>
      octants.map((second) => {
        // Along a row the pair's ends change places as well.
        const [i, j] = table % 4 === 0 ? [second, first] : [first, second];
        return (table * OCTANTS + i) * OCTANTS + j;
      })
    )
  );
  return [...octants, ...pairs.map((index) => OCTANTS + index)];
}

function inOrder(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
