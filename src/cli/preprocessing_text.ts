/** The preprocessing of a model, in words. @module */

import {
  descriptorLength,
  type Preprocessing,
} from "../image/preprocessing.ts";

/** A description for reports and model cards, from the model's own preprocessing. */
export function preprocessingInWords(preprocessing: Preprocessing): string {
  const { size, radii, grid, colorLevels, mirrored } = preprocessing;
  const { colorGrid, sharpnessLevels, sharpnessGrid } = preprocessing;
  const square = (side: number) => `${side} × ${side}`;
  const distances = radii.length === 1
    ? `a distance of ${radii[0]}`
    : `distances of ${radii.slice(0, -1).join(", ")} and ${radii.at(-1)}`;
  return [
    `The upright image, averaged to a square of ${square(size)} pixels, as ${
      descriptorLength(preprocessing)
    } bytes: how often gradients of two directions lie at ${distances} pixels from each other, in a grid of ${
      square(grid)
    } cells; colours in ${colorLevels ** 3} levels, in a grid of ${
      square(colorGrid)
    }; and sharpness in ${sharpnessLevels} levels, in a grid of ${
      square(sharpnessGrid)
    }.`,
    ...(mirrored
      ? [
        "The network sees the image and its mirror image, and the mean of both its answers counts.",
      ]
      : []),
  ].join(" ");
}
