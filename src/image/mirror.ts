/** The descriptor of a mirrored image, from that of the image. @module */

import {
  descriptorParts,
  OCTANTS,
  type Preprocessing,
} from "./preprocessing.ts";

/** The offsets that (r, 0), (r, r), (0, r) and (−r, r) of a mirrored image come from. */
const OFFSETS = [0, 3, 2, 1] as const;

/**
 * Finds where each value of a mirrored image's descriptor stands in that of
 * the image itself:
 *
 *   mirrored[i] = descriptor[order[i]]
 *
 * Left and right change places, direction θ becomes half a turn − θ, and offset
 * (x, y) becomes (−x, y). Describing the mirrored image gives the same bytes
 * but for pairs along a row whose ends lie in two cells: such a pair counts in
 * the cell of its left end, whichever that is.
 *
 * @throws {RangeError} If the preprocessing is not one that this module knows.
 */
export function mirrorOrder(preprocessing: Preprocessing): Uint32Array {
  const { grid, radii, colorGrid, sharpnessGrid } = preprocessing;
  const [gradients, colors, sharpness] = descriptorParts(preprocessing);
  const order = new Uint32Array(gradients + colors + sharpness);
  mirrorGrid(order.subarray(0, gradients), 0, grid, cellOrder(radii.length));
  mirrorGrid(order.subarray(gradients, -sharpness), gradients, colorGrid);
  mirrorGrid(order.subarray(-sharpness), gradients + colors, sharpnessGrid);
  return order;
}

/** Writes the mirrored of a descriptor's values, by the order that {@linkcode mirrorOrder} finds. */
export function mirrorInto<Values extends Uint8Array | Float32Array>(
  out: Values,
  values: Values,
  order: Uint32Array,
): void {
  for (let i = 0; i < order.length; i++) out[i] = values[order[i]!]!;
}

/**
 * Finds the order of a square grid of cells that begins at value `start`. Within
 * a cell it is `within`, or the same as before.
 */
function mirrorGrid(
  order: Uint32Array,
  start: number,
  grid: number,
  within?: Uint32Array,
): void {
  const length = order.length / grid ** 2;
  for (let cell = 0; cell < grid ** 2; cell++) {
    const across = cell % grid;
    const opposite = cell - across + (grid - 1 - across);
    const from = start + opposite * length;
    for (let i = 0; i < length; i++) {
      order[cell * length + i] = from + (within?.[i] ?? i);
    }
  }
}

/** The order within a cell of gradients: singles, then four tables of pairs for every radius. */
function cellOrder(radii: number): Uint32Array {
  const order = new Uint32Array(OCTANTS + 4 * radii * OCTANTS ** 2);
  let next = 0;
  for (let k = 0; k < OCTANTS; k++) order[next++] = mirroredOctant(k);
  for (let table = 0; table < 4 * radii; table++) {
    const offset = table % 4;
    const from = table - offset + OFFSETS[offset]!;
    for (let i = 0; i < OCTANTS; i++) {
      for (let j = 0; j < OCTANTS; j++) {
        // Along a row the pair's ends change places as well.
        const first = mirroredOctant(offset === 0 ? j : i);
        const second = mirroredOctant(offset === 0 ? i : j);
        order[next++] = OCTANTS + (from * OCTANTS + first) * OCTANTS + second;
      }
    }
  }
  return order;
}

/** The octant of half a turn − θ. */
function mirroredOctant(octant: number): number {
  return (OCTANTS * 3 / 2 - octant) % OCTANTS;
}
