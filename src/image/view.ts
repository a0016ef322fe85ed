/**
 * Views: the part of an image that is looked at, and the changes to its colours.
 *
 * @module
 */

import type { Orientation } from "./header.ts";

/** A rectangle in fractions of the upright image, and what is done to its colours. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** True if the rectangle is mirrored left to right. */
  readonly flip: boolean;
  /** Each of red, green and blue in 0…255 becomes gain·value + offset, kept in 0…255. */
  readonly gain: readonly [number, number, number];
  readonly offset: readonly [number, number, number];
}

/** The whole image as it is. */
export const PLAIN_VIEW: View = {
  x: 0,
  y: 0,
  width: 1,
  height: 1,
  flip: false,
  gain: [1, 1, 1],
  offset: [0, 0, 0],
};

/** Sums of fractions may be over 1 by rounding. */
const ROUNDING = 1e-9;

/** @throws {RangeError} If the rectangle is empty or reaches out of the image. */
export function checkView({ x, y, width, height }: View): void {
  const inside = x >= 0 && y >= 0 && width > 0 && height > 0 &&
    x + width <= 1 + ROUNDING && y + height <= 1 + ROUNDING;
  if (!inside) {
    throw new RangeError(
      `Cannot view an image: expected a rectangle inside of 0…1, got ${width}×${height} at ${x}, ${y}`,
    );
  }
}

/** A view in terms of the stored image. */
export interface StoredView {
  /** The rectangle, in fractions of the stored image. */
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Cell (y, x) of the upright square is cell origin + y·rowStep + x·columnStep of the stored one. */
  readonly origin: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

/** Finds a view in the stored image: its rectangle, and the order of the cells of its square. */
export function orient(
  view: View,
  orientation: Orientation,
  size: number,
): StoredView {
  const transposed = orientation >= 5;
  const mirroredX = [2, 3, 6, 7].includes(orientation);
  const mirroredY = [3, 4, 7, 8].includes(orientation);
  const acrossStart = mirroredX ? 1 - view.x - view.width : view.x;
  const downStart = mirroredY ? 1 - view.y - view.height : view.y;
  const across = [
    Math.max(acrossStart, 0),
    Math.min(acrossStart + view.width, 1),
  ] as const;
  const down = [
    Math.max(downStart, 0),
    Math.min(downStart + view.height, 1),
  ] as const;
  const [left, right] = transposed ? down : across;
  const [top, bottom] = transposed ? across : down;
  const acrossStep = transposed ? size : 1;
  const downStep = transposed ? 1 : size;
  const backwards = mirroredX !== view.flip;
  return {
    left,
    top,
    right,
    bottom,
    origin: (size - 1) *
      ((backwards ? acrossStep : 0) + (mirroredY ? downStep : 0)),
    rowStep: mirroredY ? -downStep : downStep,
    columnStep: backwards ? -acrossStep : acrossStep,
  };
}
